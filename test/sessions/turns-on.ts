import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { TurnFinished } from '../../shared/conversation/events.ts';
import type { SessionStore } from '../../shared/conversation/ports/session-store.ts';
import type { BeginRequest, BeginResult, Commit, TurnClaim } from '../../shared/conversation/ports/turn-steps.ts';

const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cached_tokens: 0 };
const context = {
  messages: 1,
  dropped_messages: 0,
  summarized_messages: 0,
  summary_tokens: 0,
  prompt_tokens: 10,
  max_prompt_tokens: 3000,
};

export const finished: TurnFinished = { type: 'turn-finished', finish_reason: 'stop', usage, context };
export const nothing = { position: 0, blocks: [] };
export const ASKED_AT = Date.UTC(2026, 0, 2);

export type Begun = Extract<BeginResult, { outcome: 'begun' }>;

/** Turns as their holder takes them, step by step, on a store (and on another one where it is named). */
export function turnsOn(usual: () => SessionStore) {
  const request = (owner: string, more: Partial<BeginRequest> = {}): BeginRequest => ({
    owner,
    turnId: randomUUID(),
    sessionId: undefined,
    newSessionId: randomUUID(),
    assistant: undefined,
    defaultAssistant: 'default',
    offers: new Map([
      ['default', { room: 1000, fixed_tokens: 100, output_tokens: 500 }],
      ['data-analyst', { room: 900, fixed_tokens: 200, output_tokens: 500 }],
    ]),
    messageTokens: 5,
    askedAt: ASKED_AT,
    idempotency: undefined,
    ...more,
  });

  async function begin(owner: string, more: Partial<BeginRequest> = {}, on = usual()): Promise<[TurnClaim, Begun]> {
    const asked = request(owner, more);
    const begun = await on.begin(asked);
    if (begun.outcome !== 'begun') throw new Error(`not begun: ${begun.outcome}`);
    const { sessionId, isFirst, forkedFrom, isTemporary, reserved, summaryReserved, titleReserved } = begun;
    const { turnId, isEphemeral, idempotency } = asked;
    const place = { owner, sessionId, turnId, isFirst, forkedFrom, isTemporary };
    return [{ ...place, isEphemeral, idempotency, reserved, summaryReserved, titleReserved }, begun];
  }

  async function turn(owner: string, more: Partial<BeginRequest> = {}, content = 'Hello', on = usual()) {
    const [claim, begun] = await begin(owner, more, on);
    expect(await on.commit(claim, commitOf(claim, begun, content))).toBe('committed');
    return claim;
  }

  const contents = async (owner: string, sessionId: string, on = usual()) => {
    const history = await on.history(owner, sessionId, { limit: 100, before: undefined });
    return typeof history === 'object' ? history.items.map(({ content }) => content) : history;
  };

  return { request, begin, turn, contents };
}

/** What the turn stores whose answer is `content`. */
export function commitOf(claim: TurnClaim, begun: Begun, content = 'Hello', more: Partial<Commit> = {}): Commit {
  const position = begun.windowStart + begun.window.length;
  const common = { turn_id: claim.turnId, timestamp: new Date().toISOString(), tokens: 1 };
  return {
    position,
    user: {
      id: `${claim.turnId}-${position}`,
      role: 'user',
      content: `ask ${content}`,
      ...common,
      ...(begun.brought.length > 0 && { items: begun.brought }),
    },
    answer: {
      id: `${claim.turnId}-${position + 1}`,
      role: 'assistant',
      content,
      ...common,
      finish_reason: 'stop',
      usage,
      context,
    },
    unsent: { position: 0, blocks: [[content]] },
    finished,
    assistant: begun.assistant,
    title: begun.title ?? 'A title',
    windowStart: begun.windowStart,
    windowTokens: 40,
    turnTokens: 10,
    spent: usage.total_tokens,
    ...more,
  };
}
