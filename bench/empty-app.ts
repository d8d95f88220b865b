import { app } from '@azure/functions';

// The least that a function app can be: what its start takes, no app can save.

app.setup({ enableHttpStream: true });
app.http('chat', { methods: ['POST'], route: 'chat', handler: async () => ({ jsonBody: { response: 'ok' } }) });
