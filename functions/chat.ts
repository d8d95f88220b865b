import { app } from '@azure/functions';
import { endpoint } from '../shared/http/endpoint.ts';
import { requestedTurn } from '../shared/http/requested-turn.ts';
import { chatBody } from '../shared/http/turn-bodies.ts';
import { readTurnRequest } from '../shared/http/turn-request.ts';
import { turnResponse } from '../shared/http/turn-response.ts';

/** POST /chat: one turn, answered when it is done. */
app.http('chat', {
  methods: ['POST'],
  route: 'chat',
  ...endpoint(async (call) => {
    const turn = await requestedTurn(call, (asked) => readTurnRequest(asked, chatBody));
    return turnResponse(turn, call.log);
  }),
});
