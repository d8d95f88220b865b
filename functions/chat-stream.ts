import { app } from '@azure/functions';
import { takeTurn } from '../shared/conversation/turn.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { eventStreamResponse } from '../shared/http/event-stream.ts';
import { streamBody } from '../shared/http/requests.ts';
import { readTurnRequest } from '../shared/http/turn-request.ts';

/** POST /chat/stream: one turn, as server-sent events while the model talks. */
app.http('chat-stream', {
  methods: ['POST'],
  route: 'chat/stream',
  handler: endpoint(async ({ request, caller, services, fail }) => {
    const turn = await readTurnRequest(request, streamBody, caller, services);
    return eventStreamResponse(takeTurn(services.turns, caller.owner, turn), fail);
  }),
});
