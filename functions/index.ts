import { app } from '@azure/functions';
import { services } from '../shared/services.ts';
import './assistants.ts';
import './branding.ts';
import './chat.ts';
import './chat-stream.ts';
import './delete.ts';
import './edit.ts';
import './erase.ts';
import './export.ts';
import './feedback.ts';
import './health.ts';
import './history.ts';
import './openapi.ts';
import './me.ts';
import './page.ts';
import './page-asset.ts';
import './resume.ts';
import './sessions.ts';
import './stop.ts';
import './usage.ts';
import './v1/cancel-response.ts';
import './v1/compact-response.ts';
import './v1/conversation.ts';
import './v1/conversation-items.ts';
import './v1/create-conversation.ts';
import './v1/create-items.ts';
import './v1/create-response.ts';
import './v1/delete-conversation.ts';
import './v1/delete-item.ts';
import './v1/delete-response.ts';
import './v1/input-items.ts';
import './v1/item.ts';
import './v1/model.ts';
import './v1/models.ts';
import './v1/openapi.ts';
import './v1/response.ts';
import './v1/update-conversation.ts';

// Without it, server-sent events would arrive all at once.
app.setup({ enableHttpStream: true });

// The way to the store, and the identity that opens it, take longer than a first request would wait for them. Nobody waits
// here either: where the store cannot be used, the requests are told so.
app.hook.appStart(() => {
  const { store } = services();
  store.ping().catch(() => {});
});

// Before the process ends, turns that still run are stored with what was said, and then all records are written.
app.hook.appTerminate(async () => {
  const { turns, audit, telemetry } = services();
  await turns.running.end();
  await Promise.all([audit.flush(), telemetry.flush()]);
});

// Settings that the service cannot work with end the start here, with one message, and not the first request.
services();
