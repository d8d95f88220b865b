import { app } from '@azure/functions';
import { apiEndpoint } from '../../shared/http/v1/api-endpoint.ts';
import { conversationOf } from '../../shared/http/v1/conversation.ts';
import { takeBackItem } from '../../shared/http/v1/take-back-item.ts';

/** DELETE /v1/conversations/{conversation_id}/items/{item_id}: takes out what no turn has taken up. */
app.http('v1-delete-item', {
  methods: ['DELETE'],
  route: 'v1/conversations/{conversation_id}/items/{item_id}',
  ...apiEndpoint(async (call) => {
    return { jsonBody: conversationOf(await takeBackItem(call)) };
  }),
});
