import { app } from '@azure/functions';
import { endpoint } from '../shared/http/endpoint.ts';
import { eventStreamResponse } from '../shared/http/event-stream.ts';
import { requestedTurn } from '../shared/http/requested-turn.ts';
import { streamBody } from '../shared/http/requests.ts';

/** POST /chat/stream: one turn, as server-sent events while the model talks. */
app.http('chat-stream', {
  methods: ['POST'],
  route: 'chat/stream',
  ...endpoint(async (call) => eventStreamResponse(await requestedTurn(call, streamBody), call.log)),
});
