import { app } from '@azure/functions';
import { takeTurn } from '../shared/conversation/turn.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { chatBody } from '../shared/http/requests.ts';
import { turnAnswer } from '../shared/http/turn-answer.ts';
import { readTurnRequest } from '../shared/http/turn-request.ts';

/** POST /chat: one turn, answered when it is done. */
app.http('chat', {
  methods: ['POST'],
  route: 'chat',
  handler: endpoint(async ({ request, caller, services }) => {
    const turn = await readTurnRequest(request, chatBody, caller, services);
    return { jsonBody: await turnAnswer(takeTurn(services.turns, caller.owner, turn)) };
  }),
});
