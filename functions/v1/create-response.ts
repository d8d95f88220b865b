import { app } from '@azure/functions';
import { eventStreamResponse } from '../../shared/http/event-stream.ts';
import { apiEndpoint } from '../../shared/http/v1/api-endpoint.ts';
import { createResponseFold } from '../../shared/http/v1/create-response-fold.ts';
import { requestedResponse } from '../../shared/http/v1/requested-response.ts';
import { responseAnswer } from '../../shared/http/v1/response-answer.ts';
import { ResponseFrames } from '../../shared/http/v1/response-frames.ts';

/** POST /v1/responses: one turn, answered when it is done, or as server-sent events while the model talks. */
app.http('v1-create-response', {
  methods: ['POST'],
  route: 'v1/responses',
  ...apiEndpoint(async (call) => {
    const { events, isStream } = await requestedResponse(call);
    const fold = createResponseFold(call.services);
    return isStream
      ? eventStreamResponse(events, call.log, new ResponseFrames(fold))
      : responseAnswer(events, call.log, fold);
  }),
});
