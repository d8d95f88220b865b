import type { LimitState } from '../../conversation/limits.ts';
import type { BeginResult } from '../../conversation/ports/session-store.ts';
import type { ForkedFrom, Item, SessionSummary, StoredMessage, Summary } from '../../conversation/ports/stored.ts';
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
      const [summaries = '', summaryReserved, ...messages] = rest;
      return {
        outcome,
        sessionId: first,
        isFirst: second === '1',
        forkedFrom: after === 'no' ? undefined : { session_id: named, turn_id: after || null },
        title: title || undefined,
        assistant: third,
        windowStart: Number(windowStart),
        summaries: JSON.parse(summaries) as Summary[],
        reserved: Number(reserved),
        summaryReserved: Number(summaryReserved),
        limits: JSON.parse(limits),
        brought: readItems(brought),
        window: messages.map((json) => JSON.parse(json) as StoredMessage),
      };
    }
    case 'repeated':
      return { outcome, sessionId: first, turnId: second, isStored: third !== '' };
    case 'moved':
      return { outcome, lastTurnId: first };
    case 'other-assistant':
    case 'too-long':
      return { outcome, assistant: first };
    case 'limited': {
      const retryAfterSeconds = Number(second) / 1000;
      return { outcome, by: first as LimitState['name'], retryAfterSeconds, limits: JSON.parse(third) };
    }
    case 'unknown-assistant':
    case 'unknown-session':
    case 'unknown-turn':
    case 'busy':
    case 'key-reused':
      return { outcome };
    default:
      throw new Reason(`begin.lua answered ${outcome}`);
  }
}

/** The items that were brought to a session, a JSON each line. */
export function readItems(lines: string): Item[] {
  return lines === '' ? [] : lines.split('\n').map((json) => JSON.parse(json) as Item);
}

/** The fields of a session's hash. */
export function readSummary(id: string, fields: Record<string, string>): SessionSummary {
  const time = (name: string) => new Date(Number(fields[name])).toISOString();
  const { title = '', assistant = null, forked_from } = fields;
  return {
    id,
    title,
    assistant,
    created: time('created'),
    updated: time('updated'),
    turns: Number(fields['turns'] ?? 0),
    ...(forked_from === undefined ? {} : { forked_from: JSON.parse(forked_from) as ForkedFrom }),
  };
}
