import { app } from '@azure/functions';
import { services } from '../shared/services.ts';
import './assistants.ts';
import './chat.ts';
import './chat-stream.ts';
import './delete.ts';
import './erase.ts';
import './export.ts';
import './feedback.ts';
import './health.ts';
import './history.ts';
import './openapi.ts';
import './page.ts';
import './resume.ts';
import './sessions.ts';
import './stop.ts';

// Without it, server-sent events would arrive all at once.
app.setup({ enableHttpStream: true });

// Records that are on their way are written before the process ends.
app.hook.appTerminate(async () => {
  const { audit, telemetry } = services();
  await Promise.all([audit.flush(), telemetry.flush()]);
});

// Settings that the service cannot work with end the start here, with one message, and not the first request.
services();
