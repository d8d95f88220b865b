import { app } from '@azure/functions';
import { endpoint } from '../shared/http/endpoint.ts';
import { offeredAssistant } from '../shared/http/offered-assistant.ts';

/** GET /chat/assistants: the assistants on offer. */
app.http('assistants', {
  methods: ['GET'],
  route: 'chat/assistants',
  ...endpoint(async ({ services }) => {
    const { languages } = services.settings.branding;
    const assistants = [...services.assistants.values()];
    return { jsonBody: { assistants: assistants.map((each) => offeredAssistant(each, languages)) } };
  }),
});
