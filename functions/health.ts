import { app } from '@azure/functions';
import { publicEndpoint } from '../shared/http/endpoint.ts';

/** GET /health: 200 while the process lives; with `?ready` only while the session store can be used. */
app.http('health', {
  methods: ['GET'],
  route: 'health',
  ...publicEndpoint(async ({ request, services }) => {
    const ready = request.query.has('ready');
    if (ready) await services.store.ping();
    return { jsonBody: { status: ready ? 'ready' : 'live' } };
  }),
});
