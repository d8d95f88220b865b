import { app } from '@azure/functions';
import { rateLimitHeaders } from '../../shared/http/rate-limit-headers.ts';
import { apiEndpoint } from '../../shared/http/v1/api-endpoint.ts';
import { bringItems } from '../../shared/http/v1/bring-items.ts';

/** POST /v1/conversations/{conversation_id}/items: brings items, which the next turn takes up. */
app.http('v1-create-items', {
  methods: ['POST'],
  route: 'v1/conversations/{conversation_id}/items',
  ...apiEndpoint(async (call) => {
    const { list, limits } = await bringItems(call);
    return { headers: rateLimitHeaders(limits), jsonBody: list };
  }),
});
