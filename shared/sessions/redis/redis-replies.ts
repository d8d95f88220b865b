import type { LimitState } from '../../conversation/limits.ts';
import type { BeginResult, SessionSummary, StoredMessage } from '../../conversation/ports/session-store.ts';
import { Reason } from '../../conversation/reason.ts';

/** What `begin.lua` answers: an outcome, then its fields, then the messages of the window, each as JSON. */
export function readBegun([outcome, ...values]: string[]): BeginResult {
  const [first = '', second = '', third = '', fourth = '', fifth = '', sixth = '', ...messages] = values;
  switch (outcome) {
    case 'begun':
      return {
        outcome,
        sessionId: first,
        isFirst: second === '1',
        assistant: third,
        windowStart: Number(fourth),
        reserved: Number(fifth),
        limits: JSON.parse(sixth),
        window: messages.map((json) => JSON.parse(json) as StoredMessage),
      };
    case 'repeated':
      return { outcome, sessionId: first, turnId: second, position: third === '' ? undefined : Number(third) };
    case 'other-assistant':
    case 'too-long':
      return { outcome, assistant: first };
    case 'limited': {
      const retryAfterSeconds = Number(second) / 1000;
      return { outcome, by: first as LimitState['name'], retryAfterSeconds, limits: JSON.parse(third) };
    }
    case 'unknown-assistant':
    case 'busy':
    case 'key-reused':
      return { outcome };
    default:
      throw new Reason(`begin.lua answered ${outcome}`);
  }
}

/** The fields of a session's hash. */
export function readSummary(id: string, fields: Record<string, string>): SessionSummary {
  const time = (name: string) => new Date(Number(fields[name])).toISOString();
  return {
    id,
    title: fields['title'] ?? '',
    assistant: fields['assistant'] ?? '',
    created: time('created'),
    updated: time('updated'),
    turns: Number(fields['turns']),
  };
}
