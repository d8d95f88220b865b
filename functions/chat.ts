import { app } from '@azure/functions';
import { takeTurn } from '../shared/conversation/turn.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { chatBody } from '../shared/http/requests.ts';
import { readTurnRequest } from '../shared/http/turn-request.ts';
import { turnResponse } from '../shared/http/turn-response.ts';

/** POST /chat: one turn, answered when it is done. */
app.http('chat', {
  methods: ['POST'],
  route: 'chat',
  handler: endpoint(async ({ request, caller, services }) => {
    const turn = await readTurnRequest(request, chatBody, caller, services);
    return turnResponse(takeTurn(services.turns, caller.owner, turn));
  }),
});
