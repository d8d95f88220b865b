import { app } from '@azure/functions';
import { apiEndpoint } from '../../shared/http/v1/api-endpoint.ts';
import { readCompactRequest } from '../../shared/http/v1/compact-request.ts';
import { compactedOf } from '../../shared/http/v1/compacted.ts';
import { createResponseFold } from '../../shared/http/v1/create-response-fold.ts';
import { requestedResponse } from '../../shared/http/v1/requested-response.ts';
import { responseAnswer } from '../../shared/http/v1/response-answer.ts';

/** POST /v1/responses/compact: a summary of what the caller brings, which the caller keeps. */
app.http('v1-compact-response', {
  methods: ['POST'],
  route: 'v1/responses/compact',
  ...apiEndpoint(async (call) => {
    const { events } = await requestedResponse(call, readCompactRequest);
    const { headers, jsonBody } = await responseAnswer(events, call.log, createResponseFold(call.services));
    return { ...(headers && { headers }), jsonBody: compactedOf(call, jsonBody) };
  }),
});
