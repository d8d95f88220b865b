/** What became of one request for a turn, as its client saw it. `cut`: the client went away before it knew. */
export type Outcome =
  | { kind: 'answered'; session: string; turn: string; text: string; ending: string }
  | { kind: 'refused'; code: string; session: string | null }
  | { kind: 'cut' };

export interface Attempt {
  /** Its text is unique, but for retries with the same key. */
  message: string;
  sessionId: string | null;
  key: string | undefined;
  outcome: Outcome;
}

export interface StoredMessage {
  role: string;
  content: string;
  turn_id: string;
  finish_reason?: string;
}

/** By session id. */
export type StoredLists = Map<string, StoredMessage[]>;

/** Refusals that nobody has to explain; the last one where the machine stood still for a second. */
const EXPECTED = new Set(['session-busy', 'turn-in-progress', 'store-unavailable']);
/** Refusals that a deletion explains. */
const OF_THE_DELETED = new Set(['turn-lost', 'session-not-found']);

/**
 * Holds what is stored against what the clients were told.
 *
 * @returns each fault in a sentence
 */
export function checkSchedule(
  attempts: readonly Attempt[],
  deleted: ReadonlySet<string>,
  stored: StoredLists,
  answerTo: (message: string) => string,
): string[] {
  const faults: string[] = [];
  const texts = new Set(attempts.map(({ message }) => message));
  const count = new Map<string, number>();
  for (const [session, list] of stored) {
    if (!list.some(({ content }) => texts.has(content))) continue;
    if (deleted.has(session)) faults.push(`${session} was deleted, and is there`);
    if (list.length % 2 === 1) faults.push(`${session} holds half a turn`);
    for (let at = 0; at + 1 < list.length; at += 2) {
      const [asked, said] = [list[at], list[at + 1]] as [StoredMessage, StoredMessage];
      count.set(asked.content, (count.get(asked.content) ?? 0) + 1);
      if (asked.role !== 'user' || said.role !== 'assistant' || asked.turn_id !== said.turn_id) {
        faults.push(`${session} is interleaved at ${at}`);
      }
      const whole = answerTo(asked.content);
      if (said.finish_reason === 'stopped' ? !whole.startsWith(said.content) : said.content !== whole) {
        faults.push(`${session} at ${at}: "${asked.content}" is answered with "${said.content}"`);
      }
    }
  }
  for (const [message, times] of count) if (times > 1) faults.push(`"${message}" is stored ${times} times`);

  const answers = new Map<string, Outcome>();
  for (const { message, key, outcome } of attempts) {
    if (outcome.kind === 'refused') {
      const { code, session } = outcome;
      const excused = OF_THE_DELETED.has(code) && (session === null ? deleted.size > 0 : deleted.has(session));
      if (!EXPECTED.has(code) && !excused) faults.push(`"${message}" was refused: ${code}`);
    }
    if (outcome.kind !== 'answered') continue;
    const { session, turn, text, ending } = outcome;
    // A turn that was stopped before its first token is answered, and stored nowhere.
    if (!deleted.has(session) && !(ending === 'stopped' && text === '')) {
      const list = stored.get(session) ?? [];
      const at = list.findIndex((each) => each.role === 'user' && each.turn_id === turn);
      if (list[at]?.content !== message || list[at + 1]?.content !== text) {
        faults.push(`"${message}" was answered, and is not stored so`);
      }
    }
    if (key === undefined || text === '') continue;
    const before = answers.get(key) ?? outcome;
    if (JSON.stringify(before) !== JSON.stringify(outcome)) faults.push(`"${message}" was answered in two ways`);
    answers.set(key, outcome);
  }
  return faults;
}
