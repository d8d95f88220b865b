import { app } from '@azure/functions';
import { endpoint } from '../shared/http/endpoint.ts';

/** GET /chat/me: who the caller is, as far as the service knows. */
app.http('me', {
  methods: ['GET'],
  route: 'chat/me',
  ...endpoint(async ({ caller: { name }, services }) => {
    const isSignedInByPlatform = services.settings.auth.mode === 'easyauth';
    return {
      jsonBody: {
        user: name === undefined ? {} : { name },
        ...(isSignedInByPlatform && { sign_out: '/.auth/logout' }),
      },
    };
  }),
});
