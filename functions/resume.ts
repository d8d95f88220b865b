import { app } from '@azure/functions';
import { followTurn, joinTurn } from '../shared/conversation/follow.ts';
import { ChatFrames } from '../shared/http/chat-frames.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { eventStreamResponse } from '../shared/http/event-stream.ts';
import { lastEventIdOf, sessionIdOf } from '../shared/http/requests.ts';

/**
 * GET /chat/stream/{session_id}: joins the session's running turn, or replays its last one, after `Last-Event-ID`. With
 * `?turn_id=` that turn alone: frames are numbered by turn, and another turn's are not the rest of it.
 */
app.http('resume', {
  methods: ['GET'],
  route: 'chat/stream/{session_id}',
  ...endpoint(async ({ request, caller, services, log }) => {
    const asked = request.query.get('turn_id');
    const [id, turnId] = [sessionIdOf(request.params['session_id']), sessionIdOf(asked)];
    if (id === undefined || (asked !== null && turnId === undefined)) return { status: 204 };
    const after = lastEventIdOf(request.headers);
    const replay = await joinTurn(services.store, caller.owner, id, turnId, after);
    if (replay === undefined) return { status: 204 };
    return eventStreamResponse(followTurn(services.store, caller.owner, id, replay), log, new ChatFrames(after));
  }),
});
