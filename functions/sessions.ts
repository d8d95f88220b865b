import { app } from '@azure/functions';
import { endpoint } from '../shared/http/endpoint.ts';
import { pageOf, unknownPage } from '../shared/http/requests.ts';

/** GET /chat/sessions: a page of the caller's sessions, newest first; with the first one those that are pinned. */
app.http('sessions', {
  methods: ['GET'],
  route: 'chat/sessions',
  ...endpoint(async ({ request, caller, services }) => {
    const page = pageOf(request.query);
    const { store } = services;
    const [sessions, pinned] = await Promise.all([
      store.sessions(caller.owner, page),
      page.before === undefined ? store.pinned(caller.owner) : undefined,
    ]);
    if (sessions === 'unknown-page') throw unknownPage();
    return { jsonBody: { sessions: sessions.items, has_more: sessions.hasMore, ...(pinned && { pinned }) } };
  }),
});
