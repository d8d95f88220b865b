import { app } from '@azure/functions';
import { Failure } from '../shared/conversation/failure.ts';
import { type ShownMessage, shownMessage, shownSummary } from '../shared/conversation/ports/stored.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { pageOf, sessionIdOf, unknownPage } from '../shared/http/requests.ts';

/** GET /chat/history/{session_id}: a page of the session's messages, oldest first. */
app.http('history', {
  methods: ['GET'],
  route: 'chat/history/{session_id}',
  ...endpoint(async ({ request, caller, services }) => {
    const page = pageOf(request.query);
    const id = sessionIdOf(request.params['session_id']);
    const history = id === undefined ? undefined : await services.store.history(caller.owner, id, page);
    if (history === undefined) throw new Failure('session-not-found', 'There is no such session.');
    if (history === 'unknown-page') throw unknownPage();
    const { id: session_id, ...session } = history.session;
    const messages = history.items.map((message) => shown(shownMessage(message)));
    const told = page.before === undefined && history.summaries.length > 0;
    const summaries = told ? { summaries: history.summaries.map(shownSummary) } : {};
    return { jsonBody: { session_id, ...session, messages, has_more: history.hasMore, ...summaries } };
  }),
});

/** Without what only the API shows that the turn was asked by, and what only operators are told that it was answered by. */
function shown(message: ShownMessage): Omit<ShownMessage, 'echo' | 'answered_by'> {
  if (message.role === 'assistant') {
    const { answered_by: _, ...rest } = message;
    return rest;
  }
  const { echo: _, ...rest } = message;
  return rest;
}
