import { app } from '@azure/functions';
import { endpoint } from '../shared/http/endpoint.ts';
import { rateLimitHeaders } from '../shared/http/rate-limit-headers.ts';
import { usageBody } from '../shared/http/usage-body.ts';

/** GET /chat/usage: what is left of the caller's limits. It counts nothing. */
app.http('usage', {
  methods: ['GET'],
  route: 'chat/usage',
  ...endpoint(async ({ caller, services }) => {
    const limits = await services.store.usage(caller.owner);
    return { jsonBody: usageBody(limits), headers: rateLimitHeaders(limits) };
  }),
});
