import { app } from '@azure/functions';
import { rateLimitHeaders } from '../../shared/http/rate-limit-headers.ts';
import { apiEndpoint } from '../../shared/http/v1/api-endpoint.ts';
import { makeConversation } from '../../shared/http/v1/bring-items.ts';
import { conversationOf } from '../../shared/http/v1/conversation.ts';

/** POST /v1/conversations: makes a conversation that has no turn yet. */
app.http('v1-create-conversation', {
  methods: ['POST'],
  route: 'v1/conversations',
  ...apiEndpoint(async (call) => {
    const { session, limits } = await makeConversation(call);
    return { headers: rateLimitHeaders(limits), jsonBody: conversationOf(session) };
  }),
});
