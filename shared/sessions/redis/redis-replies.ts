import type { TurnFailed } from '../../conversation/events.ts';
import type { Limited, LimitState } from '../../conversation/limits.ts';
import type { KeptSession } from '../../conversation/ports/between-turns.ts';
import type { Journal, JournalEntry } from '../../conversation/ports/journal.ts';
import type { Metadata } from '../../conversation/ports/metadata.ts';
import type {
  ForkedFrom,
  Item,
  OpenStep,
  SessionSummary,
  ShownSession,
  StoredMessage,
  Summary,
} from '../../conversation/ports/stored.ts';
import type { BeginResult } from '../../conversation/ports/turn-steps.ts';
import { Reason } from '../../conversation/reason.ts';

/**
 * What `begin.lua` answers: an outcome, then its fields, then the messages of the window, each as JSON.
 *
 * @param named the session that was asked for
 */
export function readBegun([outcome, ...values]: string[], named: string): BeginResult {
  const [first = '', second = '', third = ''] = values;
  switch (outcome) {
    case 'begun': {
      const [windowStart, reserved, limits = '', title, after, brought = '', ...rest] = values.slice(3);
      const [summaries = '', summaryReserved, titleReserved, temporary, done = '', open = '[]', ...messages] = rest;
      return {
        outcome,
        sessionId: first,
        isFirst: second === '1',
        forkedFrom: after === 'no' ? undefined : { session_id: named, turn_id: after || null },
        isTemporary: temporary === '1',
        title: title || undefined,
        assistant: third,
        windowStart: Number(windowStart),
        summaries: JSON.parse(summaries) as Summary[],
        reserved: Number(reserved),
        summaryReserved: Number(summaryReserved),
        titleReserved: Number(titleReserved),
        limits: JSON.parse(limits),
        brought: readItems(brought),
        window: messages.map((json) => JSON.parse(json) as StoredMessage),
        open: JSON.parse(open) as OpenStep[],
        ...(done !== '' && { journal: readJournal(done) }),
      };
    }
    case 'repeated':
      return {
        ...{ outcome, sessionId: first, turnId: second, isStored: third !== '' },
        ...(values[3] === '1' && { hasCalled: true }),
      };
    case 'in-doubt':
      return { outcome, failed: JSON.parse(first) as TurnFailed };
    case 'moved':
      return { outcome, lastTurnId: first };
    case 'not-open':
      return { outcome, step: { id: first, awaits: second as OpenStep['awaits'] } };
    case 'without-output':
      return { outcome, stepId: first };
    case 'other-assistant':
    case 'too-long':
      return { outcome, assistant: first };
    case 'limited':
      return readLimited(values);
    case 'unknown-assistant':
    case 'not-temporary':
    case 'unknown-session':
    case 'unknown-turn':
    case 'busy':
    case 'gone':
    case 'key-reused':
      return { outcome };
    default:
      throw new Reason(`begin.lua answered ${outcome}`);
  }
}

/** Its name, and then its entries, a JSON each line. */
function readJournal(lines: string): Journal {
  const [name = '', ...entries] = lines.split('\n');
  return { name, entries: entries.map((json) => JSON.parse(json) as JournalEntry) };
}

/** The items that were brought to a session, a JSON each line. */
export function readItems(lines: string): Item[] {
  return lines === '' ? [] : lines.split('\n').map((json) => JSON.parse(json) as Item);
}

/** What a script answers of a limit: which one, ms until a retry may succeed, and the limits as JSON. */
export function readLimited([by, waitMs, limits = '[]']: readonly string[]): Limited {
  const retryAfterSeconds = Number(waitMs) / 1000;
  return { outcome: 'limited', by: by as LimitState['name'], retryAfterSeconds, limits: JSON.parse(limits) };
}

/** Of a session's hash, what it is listed by. */
export const summaryFields = [
  'created',
  'updated',
  'turns',
  'title',
  'assistant',
  'forked_from',
  'pinned',
  'temporary',
];

/** @param values of `summaryFields`; without the first there is no session */
export function readSummary(id: string, values: readonly (string | null)[] | undefined): SessionSummary | undefined {
  const [created, updated, turns, title, assistant, forkedFrom, pinned, temporary] = values ?? [];
  if (created == null) return undefined;
  return {
    id,
    title: title ?? '',
    assistant: assistant ?? null,
    created: new Date(Number(created)).toISOString(),
    updated: new Date(Number(updated)).toISOString(),
    turns: Number(turns ?? 0),
    pinned: pinned != null,
    ...(temporary != null && { temporary: true }),
    ...(forkedFrom == null ? {} : { forked_from: JSON.parse(forkedFrom) as ForkedFrom }),
  };
}

/** @param ttlMs for how long it is still kept */
export function readShown(
  id: string,
  values: readonly (string | null)[] | undefined,
  ttlMs: number,
): ShownSession | undefined {
  const summary = readSummary(id, values);
  return summary && { ...summary, expires: new Date(Date.now() + ttlMs).toISOString() };
}

/** What `read-session.lua` answers. */
export function readSession(id: string, reply: unknown): KeptSession | undefined {
  const [expiresAt, length, ...values] = (reply ?? []) as [number, number, ...(string | null)[]];
  const summary = readSummary(id, values);
  if (summary === undefined) return undefined;
  const [metadata, brought, summaries] = values.slice(summaryFields.length);
  return {
    summary,
    length,
    metadata: JSON.parse(metadata ?? '{}') as Metadata,
    brought: readItems(brought ?? ''),
    summaries: JSON.parse(summaries ?? '[]') as Summary[],
    expiresAt,
  };
}
