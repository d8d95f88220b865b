import { app } from '@azure/functions';
import { eventStreamResponse } from '../../shared/http/event-stream.ts';
import { apiEndpoint } from '../../shared/http/v1/api-endpoint.ts';
import { createResponseFold } from '../../shared/http/v1/create-response-fold.ts';
import { keptResponse, readResponse, tellKept } from '../../shared/http/v1/kept-response.ts';
import { ResponseFrames } from '../../shared/http/v1/response-frames.ts';
import { startingAfterOf } from '../../shared/http/v1/starting-after.ts';

/** GET /v1/responses/{response_id}: the response as it is; with `?stream=true` all of its events, or those that are left. */
app.http('v1-response', {
  methods: ['GET'],
  route: 'v1/responses/{response_id}',
  ...apiEndpoint(async (call) => {
    const after = startingAfterOf(call.request.query);
    const kept = await keptResponse(call);
    if (call.request.query.get('stream') !== 'true') return { jsonBody: await readResponse(call, kept) };
    const frames = new ResponseFrames(createResponseFold(call.services), after);
    return eventStreamResponse(tellKept(call, kept), call.log, frames);
  }),
});
