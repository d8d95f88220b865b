import { app } from '@azure/functions';
import { apiEndpoint } from '../../shared/http/v1/api-endpoint.ts';
import { itemList } from '../../shared/http/v1/item-list.ts';
import { listQueryOf } from '../../shared/http/v1/list.ts';

/** GET /v1/conversations/{conversation_id}/items: a page of its items, the newest first where nothing else is asked. */
app.http('v1-conversation-items', {
  methods: ['GET'],
  route: 'v1/conversations/{conversation_id}/items',
  ...apiEndpoint(async (call) => {
    return { jsonBody: await itemList(call, listQueryOf(call.request.query)) };
  }),
});
