import { app } from '@azure/functions';
import { apiEndpoint } from '../../shared/http/v1/api-endpoint.ts';
import { notFound } from '../../shared/http/v1/api-failure.ts';
import { conversationOf, namedSession } from '../../shared/http/v1/conversation.ts';
import { readConversationBody, updateBody } from '../../shared/http/v1/conversation-body.ts';
import { readMetadata } from '../../shared/http/v1/metadata.ts';

/** POST /v1/conversations/{conversation_id}: replaces its metadata as a whole. */
app.http('v1-update-conversation', {
  methods: ['POST'],
  route: 'v1/conversations/{conversation_id}',
  ...apiEndpoint(async (call) => {
    const { services, caller } = call;
    const { metadata } = await readConversationBody(call, updateBody, 'metadata');
    const session = await services.store.describe(caller.owner, namedSession(call), readMetadata(metadata));
    if (session === undefined) throw notFound('conversation');
    return { jsonBody: conversationOf(session) };
  }),
});
