import { app } from '@azure/functions';
import { apiEndpoint } from '../../shared/http/v1/api-endpoint.ts';
import { conversationOf, keptSession } from '../../shared/http/v1/conversation.ts';

/** GET /v1/conversations/{conversation_id}: a session, as the API sees it. */
app.http('v1-conversation', {
  methods: ['GET'],
  route: 'v1/conversations/{conversation_id}',
  ...apiEndpoint(async (call) => {
    return { jsonBody: conversationOf(await keptSession(call)) };
  }),
});
