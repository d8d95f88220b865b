import { app } from '@azure/functions';
import { chatPage } from '../shared/http/chat-page.ts';
import { publicEndpoint } from '../shared/http/endpoint.ts';

/** GET /chat: the chat page. */
app.http('page', {
  methods: ['GET'],
  route: 'chat',
  ...publicEndpoint(({ request, services }) => chatPage(request.headers, services.settings.branding)),
});
