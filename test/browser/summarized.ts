import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import type { Script } from '../upstream/script.ts';
import { echo, lastMessageOf, type RecordedRequest } from '../upstream/scripted-upstream.ts';
import type { World } from './world.ts';

/** A model that says messages again, and these words where it is asked for a summary. */
export function summarizing(summary: string): (request: RecordedRequest) => Script {
  return (request) => (isSummaryCall(request) ? { deltas: [summary] } : echo(request));
}

export function isSummaryCall({ body }: RecordedRequest): boolean {
  return lastMessageOf(body).startsWith('Do not answer.');
}

/** What is stored of a conversation. */
interface Summarized {
  session_id: string;
  messages: { turn_id: string; content: string }[];
  summaries?: { text: string; through_turn_id: string }[];
}

/** Asks turns until the session has so many summaries. Each is stored before the next turn, also where it is late. */
export async function talkUntilSummarized(world: World, count = 1, sessionId?: string): Promise<Summarized> {
  const client = new Client(world.host.url);
  let session_id = sessionId;
  for (let turn = 1; turn <= 100; turn += 1) {
    const message = `Session ${turn}: where does it go, ${'for how long does it stay there, '.repeat(3)}and who reads it?`;
    const told = await client.chat({ session_id, message });
    session_id = told.session_id;
    if (told.context.summary_tokens === 0) continue;
    const known = await eventually(async () => {
      const response = await client.get(`/chat/history/${session_id}?limit=100`);
      const history = (await response.json()) as Summarized;
      return history.summaries && history;
    });
    if ((known.summaries ?? []).length >= count) return known;
  }
  throw new Error('There are fewer summaries.');
}
