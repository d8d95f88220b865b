import { app } from '@azure/functions';
import { apiEndpoint } from '../../shared/http/v1/api-endpoint.ts';
import { notFound } from '../../shared/http/v1/api-failure.ts';
import { findItem } from '../../shared/http/v1/find-item.ts';
import { namedItem } from '../../shared/http/v1/named-item.ts';

/** GET /v1/conversations/{conversation_id}/items/{item_id}: one item. */
app.http('v1-item', {
  methods: ['GET'],
  route: 'v1/conversations/{conversation_id}/items/{item_id}',
  ...apiEndpoint(async (call) => {
    const item = await findItem(call.services.store, call.caller.owner, namedItem(call));
    if (item === undefined) throw notFound('item');
    return { jsonBody: item };
  }),
});
