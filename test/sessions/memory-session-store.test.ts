import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { demo } from '../../shared/models/demo.ts';
import { MemorySessionStore } from '../../shared/sessions/memory/memory-session-store.ts';
import { Conversation, OWNER, rules } from '../conversation/conversation.ts';
import { storeContracts } from './store-contracts.ts';
import { memoryStores } from './timed-stores.ts';
import { finished, nothing, turnsOn } from './turns-on.ts';

storeContracts('memory', memoryStores());

test('what an ephemeral turn said is kept for ten seconds beyond its end, and beyond its lease where its holder died', async () => {
  let now = 0;
  const limits = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 0 };
  const store = new MemorySessionStore({ sessionSeconds: 3600, leaseSeconds: 10, limits }, () => now);
  const { begin } = turnsOn(() => store);
  const [ended] = await begin('owner', { isEphemeral: true });
  const [dead] = await begin('owner', { isEphemeral: true });
  for (const claim of [ended, dead]) await store.extend(claim, { position: 0, blocks: [['said']] });
  await store.abandon(ended, finished, nothing, 0);
  const isKept = async ({ sessionId }: typeof ended) =>
    (await store.follow('owner', sessionId, undefined, 0)) !== undefined;
  for (const [at, kept] of [
    [9999, [true, true]],
    [10_000, [false, true]],
    [19_999, [false, true]],
    [20_000, [false, false]],
  ] as const) {
    now = at;
    expect([await isKept(ended), await isKept(dead)]).toEqual(kept);
  }
});

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

test('a key leads to its turn for a day, and then to a new one', async () => {
  let time = 100 * DAY_MS;
  const conversation = new Conversation(demo(0), { store: new MemorySessionStore(rules, () => time) });
  const asked = { idempotency: { key: randomUUID(), fingerprint: 'f' } };
  await conversation.talk('Hi', asked);
  time += DAY_MS - 1;
  await expect(conversation.talk('Hi', asked)).rejects.toMatchObject({ code: 'session-not-found' });
  time += 1;
  await conversation.talk('Hi', asked);
});

test('a turn that goes on is counted in the minute that it goes on in', async () => {
  let time = 100 * DAY_MS;
  const limits = { requests_per_minute: 0, tokens_per_minute: 100_000, tokens_per_day: 0 };
  const store = new MemorySessionStore({ ...rules, limits }, () => time);
  const begin = async () => {
    const turnId = randomUUID();
    const begun = await store.begin({
      ...{ owner: OWNER, turnId, sessionId: undefined, newSessionId: randomUUID(), idempotency: undefined },
      ...{ assistant: undefined, defaultAssistant: 'default', messageTokens: 5, askedAt: 0 },
      offers: new Map([['default', { room: 1000, fixed_tokens: 100, output_tokens: 500 }]]),
    });
    if (begun.outcome !== 'begun') throw new Error(begun.outcome);
    return { ...begun, owner: OWNER, turnId, idempotency: undefined };
  };
  const claim = await begin();
  for (; time < 100 * DAY_MS + MINUTE_MS + 5000; time += 5000) await store.extend(claim, { position: 0, blocks: [] });
  const { limits: seen } = await begin();
  expect(seen).toMatchObject([{ remaining: 100_000 - 2 * 605 }]);
});
