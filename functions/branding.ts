import { app } from '@azure/functions';
import { publicEndpoint } from '../shared/http/endpoint.ts';
import { entityTag, isKnown } from '../shared/http/entity-tag.ts';

/** GET /chat/branding: what the chat page is told that a company makes its own. */
app.http('branding', {
  methods: ['GET'],
  route: 'chat/branding',
  ...publicEndpoint(async ({ request, services }) => {
    const body = JSON.stringify(services.settings.branding);
    const headers = { 'Cache-Control': 'no-cache', ETag: entityTag(body) };
    if (isKnown(headers.ETag, request.headers.get('If-None-Match'))) return { status: 304, headers };
    return { headers: { ...headers, 'Content-Type': 'application/json' }, body };
  }),
});
