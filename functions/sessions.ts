import { app } from '@azure/functions';
import { endpoint } from '../shared/http/endpoint.ts';
import { pageOf, searchOf } from '../shared/http/requests.ts';
import { foundSessions, listedSessions } from '../shared/http/session-lists.ts';

/** GET /chat/sessions: a page of the caller's sessions, newest first; with `q` those that have its words. */
app.http('sessions', {
  methods: ['GET'],
  route: 'chat/sessions',
  ...endpoint(async ({ request, caller, services }) => {
    const page = pageOf(request.query);
    const query = searchOf(request.query);
    const { store } = services;
    const { owner } = caller;
    const list = query ? foundSessions(store, owner, query, page) : listedSessions(store, owner, page);
    return { jsonBody: await list };
  }),
});
