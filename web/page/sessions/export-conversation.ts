import type { History, ParleyClient, StoredMessage } from '../../../packages/parley-client/src/index.ts';
import { exportedMarkdown, type Strings as PanelStrings } from '../../../packages/parley-client/src/react/index.ts';
import type { PageSay } from '../languages/strings.ts';

export type ExportFormat = 'md' | 'json';

/** Reads a conversation as a whole, and hands it to the user as a file. Rejects where it could not be read. */
export async function exportConversation(
  client: ParleyClient,
  sessionId: string,
  format: ExportFormat,
  say: PageSay,
  panel: PanelStrings,
): Promise<void> {
  const history = await wholeHistory(client, sessionId);
  const text = format === 'json' ? jsonOf(history) : markdownOf(history, say, panel);
  const type = format === 'json' ? 'application/json' : 'text/markdown';
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = `${fileNameOf(history.title) || fileNameOf(say('untitled'))}.${format}`;
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function wholeHistory(client: ParleyClient, sessionId: string): Promise<History> {
  const newest = await client.history(sessionId);
  let { messages, has_more: hasMore } = newest;
  while (hasMore) {
    const [first] = messages;
    const page = await client.history(sessionId, first && { before: first.id });
    messages = [...page.messages, ...messages];
    hasMore = page.has_more;
  }
  return { ...newest, messages };
}

/** As a line of `GET /chat/export`, but for what a history does not say. */
function jsonOf({ session_id: id, has_more: _, expires: __, ...session }: History): string {
  return `${JSON.stringify({ id, ...session }, undefined, 2)}\n`;
}

/** Messages as they were written: answers are Markdown already. */
function markdownOf({ title, messages }: History, say: PageSay, panel: PanelStrings): string {
  // What an app has brought of its own functions is told where these were asked for.
  const isShown = ({ outputs, content }: StoredMessage) => outputs === undefined || content !== '';
  const part = (message: StoredMessage, place: number) => (isShown(message) ? [partOf(message, place)] : []);
  const partOf = ({ role, timestamp }: StoredMessage, place: number) =>
    `## ${say(role === 'user' ? 'exportedUser' : 'exportedAssistant')}\n\n_${timestamp}_\n\n${exportedMarkdown(messages, place, panel)}\n`;
  return [`# ${title || say('untitled')}\n`, ...messages.flatMap(part)].join('\n');
}

const LONGEST = 80;

/** What every file system takes: no signs that mean something there, no dot in front, not too long. */
export function fileNameOf(title: string): string {
  return [...title.normalize('NFC').replaceAll(/[\p{C}\p{Z}<>:"/\\|?*]+/gu, ' ')]
    .slice(0, LONGEST)
    .join('')
    .replaceAll(/^[ .]+|[ .]+$/g, '');
}
