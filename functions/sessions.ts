import { app } from '@azure/functions';
import { endpoint } from '../shared/http/endpoint.ts';
import { pageOf, unknownPage } from '../shared/http/requests.ts';

/** GET /chat/sessions: a page of the caller's sessions, newest first. */
app.http('sessions', {
  methods: ['GET'],
  route: 'chat/sessions',
  ...endpoint(async ({ request, caller, services }) => {
    const sessions = await services.store.sessions(caller.owner, pageOf(request.query));
    if (sessions === 'unknown-page') throw unknownPage();
    return { jsonBody: { sessions: sessions.items, has_more: sessions.hasMore } };
  }),
});
