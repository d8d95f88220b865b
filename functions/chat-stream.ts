import { app } from '@azure/functions';
import { ChatFrames } from '../shared/http/chat-frames.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { eventStreamResponse } from '../shared/http/event-stream.ts';
import { requestedTurn } from '../shared/http/requested-turn.ts';
import { streamBody } from '../shared/http/turn-bodies.ts';
import { readTurnRequest } from '../shared/http/turn-request.ts';

/** POST /chat/stream: one turn, as server-sent events while the model talks. */
app.http('chat-stream', {
  methods: ['POST'],
  route: 'chat/stream',
  ...endpoint(async (call) => {
    const turn = await requestedTurn(call, (asked) => readTurnRequest(asked, streamBody));
    return eventStreamResponse(turn, call.log, new ChatFrames());
  }),
});
