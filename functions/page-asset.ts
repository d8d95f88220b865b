import { app } from '@azure/functions';
import { publicEndpoint } from '../shared/http/endpoint.ts';
import { pageAsset } from '../shared/http/page-assets.ts';

/** GET /chat/assets/{name}: a script that the chat page loads when it needs it. */
app.http('page-asset', {
  methods: ['GET'],
  route: 'chat/assets/{name}',
  ...publicEndpoint(({ request }) => pageAsset(request)),
});
