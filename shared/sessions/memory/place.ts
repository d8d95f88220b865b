import type { Item, OpenStep, StoredMessage, Summary } from '../../conversation/ports/stored.ts';
import type { BeginRequest, BeginResult } from '../../conversation/ports/turn-steps.ts';
import { costOfSummaries } from '../../conversation/summaries.ts';
import type { Session } from './kept.ts';

/** Where in a session a turn goes on. */
export interface Place {
  /** Messages before it, where that is not the session's end. */
  position: number | undefined;
  isFork: boolean;
}

/**
 * Where a turn goes on that a caller has seen the session up to `after` of.
 *
 * @param holder of the session's lease
 * @returns a refusal where it does not
 */
export function placeOf(
  { after, fork = 'no', isEphemeral = false }: BeginRequest,
  session: Session | undefined,
  holder: string | undefined,
): Place | BeginResult {
  const end = { position: undefined, isFork: false };
  const unknown = { outcome: holder === after ? 'busy' : 'unknown-turn' } as const;
  if (after === undefined) return end;
  if (session === undefined) return after === null ? end : unknown;
  const last = session.messages.at(-1)?.turn_id ?? null;
  if (after === last && fork !== 'yes') return end;
  const position = after === null ? 0 : endOf(session, after);
  if (position === undefined) return unknown;
  if (fork === 'no') return { outcome: 'moved', lastTurnId: last ?? '' };
  return { position, isFork: !isEphemeral };
}

/**
 * Where the window begins that ends before a position, and what it costs a prompt with the summaries before it: the turn
 * that ends there, whatever it has, and as many whole ones behind the summaries as have room in the budget with it.
 */
export function windowBefore(
  messages: readonly StoredMessage[],
  position: number,
  budget: number,
  summaries: readonly Summary[],
) {
  const summaryTokens = costOfSummaries(summaries);
  let [start, tokens, sum] = [position, summaryTokens, summaryTokens];
  for (let at = position - 1; at >= (summaries.at(-1)?.to ?? 0); at--) {
    const message = messages[at] as StoredMessage;
    const items = message.role === 'user' ? (message.items ?? []) : [];
    for (const text of [message, ...items]) sum += costOf(text);
    if (sum > budget && start < position) break;
    if (message.role === 'user') [start, tokens] = [at, sum];
  }
  return { start, tokens };
}

/** What a text costs a prompt. It has at most as many tokens as bytes; beside it, a message costs 4, and a call 12. */
export function costOf({ tokens, content, ...more }: Pick<Item, 'tokens' | 'content' | 'call'>): number {
  const { name = '', arguments: written = '' } = more.call ?? {};
  return (tokens ?? Buffer.byteLength(content + name + written) + (more.call ? 12 : 0)) + 4;
}

/**
 * What waits for the caller where a turn goes on. Behind an earlier turn than the last an approval waits no more, as what
 * it allows may have been done; but what came of calls that the caller made itself it may say there too.
 */
export function openBefore(session: Session | undefined, position: number | undefined): readonly OpenStep[] {
  if (position === undefined) return session?.open ?? [];
  const answer = session?.messages[position - 1];
  const steps = answer?.role === 'assistant' ? (answer.steps ?? []) : [];
  return steps
    .filter(({ status, by_caller }) => status === 'open' && by_caller)
    .map(({ id }) => ({ id, awaits: 'output' }));
}

/** A session's turns up to a position, without what their caller thinks of them. */
export function copyOf({ messages, turns }: Session, position: number): Pick<Session, 'messages' | 'turns'> {
  const kept = [...turns].filter(([, turn]) => turn.position < position);
  return {
    messages: messages.slice(0, position),
    turns: new Map(kept.map(([id, turn]) => [id, { position: turn.position }])),
  };
}

function endOf({ messages, turns }: Session, turnId: string): number | undefined {
  const position = turns.get(turnId)?.position;
  if (position === undefined) return undefined;
  const length = messages.slice(position).findIndex((message) => message.turn_id !== turnId);
  return length === -1 ? messages.length : position + length;
}
