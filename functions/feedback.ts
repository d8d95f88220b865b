import { app } from '@azure/functions';
import { Failure } from '../shared/conversation/failure.ts';
import { rateTurn } from '../shared/conversation/rate-turn.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { readJson } from '../shared/http/read-json.ts';
import { check, feedbackBody, sessionIdOf } from '../shared/http/requests.ts';

/** POST /chat/feedback: keeps what the caller thinks of a turn, in place of what it thought before. */
app.http('feedback', {
  methods: ['POST'],
  route: 'chat/feedback',
  ...endpoint(async ({ request, caller, requestId, traceparent, services }) => {
    const body = check(feedbackBody, await readJson(request, services.settings.maxBodyBytes));
    const { session_id, turn_id, ...feedback } = body;
    const [sessionId, turnId] = [sessionIdOf(session_id), sessionIdOf(turn_id)];
    const asked = { owner: caller.owner, requestId, traceparent };
    const isKept =
      sessionId !== undefined &&
      turnId !== undefined &&
      (await rateTurn(services, { ...asked, sessionId, turnId }, feedback));
    if (!isKept) throw new Failure('session-not-found', 'There is no such turn.');
    return { status: 204 };
  }),
});
