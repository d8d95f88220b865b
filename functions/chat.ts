import { app } from '@azure/functions';
import { endpoint } from '../shared/http/endpoint.ts';
import { requestedTurn } from '../shared/http/requested-turn.ts';
import { chatBody } from '../shared/http/requests.ts';
import { turnResponse } from '../shared/http/turn-response.ts';

/** POST /chat: one turn, answered when it is done. */
app.http('chat', {
  methods: ['POST'],
  route: 'chat',
  ...endpoint(async (call) => turnResponse(await requestedTurn(call, chatBody), call.log)),
});
