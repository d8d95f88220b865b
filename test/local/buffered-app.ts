import { app } from '@azure/functions';

// A function app that does not call `app.setup({ enableHttpStream: true })`.

app.http('hello', { methods: ['GET'], handler: async () => ({ body: 'hello' }) });
