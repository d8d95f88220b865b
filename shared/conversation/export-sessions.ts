import type { SessionStore } from './ports/session-store.ts';
import { shownMessage, shownSummary } from './ports/stored.ts';

const MESSAGES_AT_ONCE = 50;

/**
 * A line is held back until it is whole, or this long, so that of a session that is deleted meanwhile nothing is said.
 * A longer line is sent piece by piece: what is held in memory is bounded.
 */
const HELD_CHARACTERS = 4_194_304;

/**
 * All that is an owner's, as lines of JSON, one session each: `{id, title, assistant, created, updated, turns,
 * pinned, forked_from?, messages}`, and where there are any, `metadata`, the `items` that were brought after the last turn,
 * and `summaries` as in a session's history.
 * Sessions and messages are read page by page, as the reader asks for them. A session that is deleted meanwhile is left
 * out; where a part of its long line was said already, the line is ended, and says so by `"cut": true`.
 *
 * @throws {Failure} of the store; then what was yielded ends with a whole line all the same.
 */
export async function* exportSessions(store: SessionStore, owner: string): AsyncGenerator<string> {
  let cursor: string | undefined;
  // A scan may come upon a session twice.
  const seen = new Set<string>();
  do {
    const page = await store.scan(owner, cursor);
    for (const session of page.sessions) {
      if (seen.has(session.id)) continue;
      seen.add(session.id);
      yield* lineOf(store, owner, session.id);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
}

async function* lineOf(store: SessionStore, owner: string, id: string): AsyncGenerator<string> {
  const session = await store.session(owner, id);
  if (session === undefined) return;
  const { summary, metadata, brought, summaries } = session;
  // Turns that came after the session was looked at are left out, so that the line agrees with itself.
  const count = 2 * summary.turns;
  const about = {
    ...summary,
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(brought.length > 0 && { items: brought }),
    ...(summaries.length > 0 && { summaries: summaries.map(shownSummary) }),
  };
  let held = `${JSON.stringify(about).slice(0, -1)},"messages":[`;
  let isSaid = false;
  for (let from = 0; from < count; ) {
    const read = store.messages(owner, id, from, Math.min(MESSAGES_AT_ONCE, count - from));
    const messages = await read.catch((error) => error as Error);
    if (messages instanceof Error || messages.length === 0) {
      if (isSaid) yield `${held}],"cut":true}\n`;
      if (messages instanceof Error) throw messages;
      return;
    }
    held += `${from === 0 ? '' : ','}${messages.map((message) => JSON.stringify(shownMessage(message))).join(',')}`;
    from += messages.length;
    if (held.length < HELD_CHARACTERS) continue;
    yield held;
    held = '';
    isSaid = true;
  }
  yield `${held}]}\n`;
}
