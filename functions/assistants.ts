import { app } from '@azure/functions';
import { endpoint } from '../shared/http/endpoint.ts';

/** GET /chat/assistants: the assistants on offer. */
app.http('assistants', {
  methods: ['GET'],
  route: 'chat/assistants',
  ...endpoint(async ({ services }) => {
    const assistants = [...services.assistants.values()];
    return {
      jsonBody: { assistants: assistants.map(({ name, title, description }) => ({ name, title, description })) },
    };
  }),
});
