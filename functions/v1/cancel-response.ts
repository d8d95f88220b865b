import { app } from '@azure/functions';
import { apiEndpoint } from '../../shared/http/v1/api-endpoint.ts';
import { findResponse, responseSoFar } from '../../shared/http/v1/kept-response.ts';

/** POST /v1/responses/{response_id}/cancel: asks the turn to stop, wherever it runs; answers the response as it is then. */
app.http('v1-cancel-response', {
  methods: ['POST'],
  route: 'v1/responses/{response_id}/cancel',
  ...apiEndpoint(async (call) => {
    const { services, caller } = call;
    const { sessionId, turnId } = await findResponse(call);
    await services.store.stop(caller.owner, sessionId, turnId);
    return { jsonBody: await responseSoFar(call, await findResponse(call)) };
  }),
});
