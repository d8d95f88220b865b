import { randomUUID } from 'node:crypto';
import { embedTextInNode } from '../../local/embedded-text.ts';
import type { Limits } from '../../shared/conversation/limits.ts';
import type { Summary } from '../../shared/conversation/ports/stored.ts';
import type { TurnClaim } from '../../shared/conversation/ports/turn-steps.ts';
import { inLanes } from './redis-cost.ts';

// Turns on the store itself, with no model and no HTTP: what is left is what Redis has to do.

embedTextInNode();
const { RedisConnection } = await import('../../shared/sessions/redis/redis-connection.ts');
const { RedisSessionStore } = await import('../../shared/sessions/redis/redis-session-store.ts');

/** 1 KB of text a turn. */
const QUESTION = 'question '.repeat(23).slice(0, 200);
const ANSWER = 'answered '.repeat(92).slice(0, 824);
const SAID = ANSWER.match(/\S+ ?/g) ?? [];
/** The longest summary, of a budget of 3,000 tokens. */
const SUMMARY_TOKENS = 300;
/** A window of ten such turns. */
const WINDOW_MESSAGES = 20;
/** What a model says in the 250 ms between two beats, at 50 tokens a second. */
export const BLOCK = Array.from({ length: 12 }, (_, index) => ` word${index}`);

const NO_LIMITS: Limits = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 0 };
export const HIGH_LIMITS: Limits = {
  requests_per_minute: 1_000_000,
  tokens_per_minute: 1_000_000_000,
  tokens_per_day: 1_000_000_000,
};

/** One conversation of an owner. */
export interface Talk {
  owner: string;
  sessionId: string | undefined;
  messages: number;
}

/** Turns at the same time: `httpConcurrency` of an instance. */
export const LANES = 64;

export function openStore({
  url,
  cluster = false,
  limits = NO_LIMITS,
}: {
  url: string;
  cluster?: boolean;
  limits?: Limits;
}) {
  const connection = new RedisConnection({ url, cluster, auth: 'url', waitReplicas: 0 });
  return new RedisSessionStore(connection, { sessionSeconds: 3600, leaseSeconds: 10, limits });
}

export type Store = ReturnType<typeof openStore>;

export function newTalk(owner = hash()): Talk {
  return { owner, sessionId: undefined, messages: 0 };
}

export async function beginTurn(store: Store, talk: Talk, keyed = false): Promise<TurnClaim> {
  const turnId = randomUUID();
  const idempotency = keyed ? { key: hash(), fingerprint: hash() } : undefined;
  const begun = await store.begin({
    owner: talk.owner,
    turnId,
    sessionId: talk.sessionId,
    newSessionId: randomUUID(),
    assistant: undefined,
    defaultAssistant: 'default',
    offers: new Map([['default', { room: 2900, fixed_tokens: 100, output_tokens: 500 }]]),
    messageTokens: 50,
    askedAt: Date.now(),
    idempotency,
  });
  if (begun.outcome !== 'begun') throw new Error(`a turn did not begin: ${begun.outcome}`);
  const { sessionId, isFirst, reserved } = begun;
  talk.sessionId = sessionId;
  return { owner: talk.owner, sessionId, turnId, isFirst, idempotency, reserved };
}

/** @param beats how many blocks the store has already */
export async function commitTurn(
  store: Store,
  talk: Talk,
  claim: TurnClaim,
  beats = 0,
  summaries?: readonly Summary[],
): Promise<void> {
  const { turnId } = claim;
  const timestamp = new Date().toISOString();
  const usage = { prompt_tokens: 1500, completion_tokens: 200, total_tokens: 1700, cached_tokens: 1024 };
  const context = {
    messages: 20,
    dropped_messages: 0,
    summarized_messages: 0,
    summary_tokens: 0,
    prompt_tokens: 1500,
    max_prompt_tokens: 3000,
  };
  const ending = { finish_reason: 'stop' as const, usage, context };
  const text = { timestamp, turn_id: turnId };
  const outcome = await store.commit(claim, {
    position: talk.messages,
    user: { ...text, id: `${turnId}-${talk.messages}`, role: 'user', content: QUESTION, tokens: 50 },
    answer: {
      ...text,
      id: `${turnId}-${talk.messages + 1}`,
      role: 'assistant',
      content: ANSWER,
      tokens: 200,
      ...ending,
      answered_by: { model: 'azure:gpt-5.4-mini', prompt_version: '0123456789abcdef' },
    },
    // What was said since the last beat; without one, the whole answer.
    unsent: { position: beats, blocks: [beats === 0 ? SAID : BLOCK] },
    finished: { type: 'turn-finished', ...ending },
    assistant: 'default',
    title: claim.isFirst ? QUESTION.slice(0, 60) : '',
    windowStart: Math.max(0, talk.messages + 2 - WINDOW_MESSAGES),
    windowTokens: 1500,
    turnTokens: 258,
    summaries,
    spent: 1700,
  });
  if (outcome !== 'committed') throw new Error('a turn was lost');
  talk.messages += 2;
}

/** A turn that is stored with so many summaries, each as long as it may be. */
export async function takeSummaries(store: Store, talk: Talk, count: number): Promise<void> {
  const claim = await beginTurn(store, talk);
  const { turnId } = claim;
  const block = { from_turn_id: turnId, through_turn_id: turnId, created: new Date().toISOString(), from: 0, to: 2 };
  const one = { text: ' summary'.repeat(SUMMARY_TOKENS), tokens: SUMMARY_TOKENS, ...block };
  await commitTurn(store, talk, claim, 0, Array(count).fill(one));
}

export async function takeTurn(store: Store, talk: Talk, keyed = false): Promise<void> {
  await commitTurn(store, talk, await beginTurn(store, talk, keyed));
}

/** As many conversations as an instance holds at once, each of another owner. */
export async function talksOf(store: Store, messages: number): Promise<Talk[]> {
  const talks = Array.from({ length: LANES }, () => newTalk());
  await inLanes(LANES, LANES, async (lane) => {
    const talk = talks[lane] as Talk;
    while (talk.messages < messages) await takeTurn(store, talk);
  });
  return talks;
}

/** As long as what the service makes of a caller, of a key and of what was asked. */
function hash(): string {
  return randomUUID().replaceAll('-', '');
}
