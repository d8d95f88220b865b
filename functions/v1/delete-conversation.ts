import { app } from '@azure/functions';
import { deleteSession } from '../../shared/http/delete-session.ts';
import { apiEndpoint } from '../../shared/http/v1/api-endpoint.ts';
import { namedSession } from '../../shared/http/v1/conversation.ts';
import { conversationId } from '../../shared/http/v1/ids.ts';

/** DELETE /v1/conversations/{conversation_id}: forgets it, also when it was forgotten before. */
app.http('v1-delete-conversation', {
  methods: ['DELETE'],
  route: 'v1/conversations/{conversation_id}',
  ...apiEndpoint(async (call) => {
    const sessionId = namedSession(call);
    await deleteSession(call, sessionId);
    return { jsonBody: { id: conversationId(sessionId), object: 'conversation.deleted', deleted: true } };
  }),
});
