import type { ParleyClient } from '../client/parley-client.ts';
import { forgetKept } from './kept-conversations.ts';

/** Between the tabs of a browser; what is posted is a session's id. */
const CHANNEL = 'parley:deleted-sessions';

/** Those that this page knows to have been deleted, not to have expired. */
const deleted = new Set<string>();

/** Deletes a session, and what this tab keeps of it. Panels that show it say so, in other tabs too. */
export async function deleteConversation(client: ParleyClient, sessionId: string): Promise<void> {
  await client.forget(sessionId);
  note(client.baseUrl, sessionId);
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(sessionId);
  channel.close();
}

export function isDeleted(sessionId: string): boolean {
  return deleted.has(sessionId);
}

/** Calls `listener` with the id of a session that was deleted, here or in another tab, until `signal`. */
export function onDeleted(service: string, listener: (sessionId: string) => void, signal: AbortSignal): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener('message', ({ data }: MessageEvent<string>) => {
    note(service, data);
    listener(data);
  });
  signal.addEventListener('abort', () => channel.close());
}

function note(service: string, sessionId: string): void {
  deleted.add(sessionId);
  forgetKept({ service, sessionId });
}
