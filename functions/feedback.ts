import { app } from '@azure/functions';
import { Failure } from '../shared/conversation/failure.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { readJson } from '../shared/http/read-json.ts';
import { check, feedbackBody, sessionIdOf } from '../shared/http/requests.ts';

/** POST /chat/feedback: keeps what the caller thinks of a turn, in place of what it thought before. */
app.http('feedback', {
  methods: ['POST'],
  route: 'chat/feedback',
  ...endpoint(async ({ request, caller, requestId, services }) => {
    const body = check(feedbackBody, await readJson(request, services.settings.maxBodyBytes));
    const { rating, comment } = body;
    const [session_id, turn_id] = [sessionIdOf(body.session_id), sessionIdOf(body.turn_id)];
    const feedback = comment === undefined ? { rating } : { rating, comment };
    const isKept =
      session_id !== undefined &&
      turn_id !== undefined &&
      (await services.store.rate(caller.owner, session_id, turn_id, feedback));
    if (!isKept) throw new Failure('session-not-found', 'There is no such turn.');
    services.audit.note(
      { event: 'feedback', owner: caller.owner, request_id: requestId, session_id, turn_id, rating },
      { comment },
    );
    return { status: 204 };
  }),
});
