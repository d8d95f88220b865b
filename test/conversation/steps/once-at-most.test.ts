import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '../../../shared/conversation/failure.ts';
import type { SessionStore } from '../../../shared/conversation/ports/session-store.ts';
import type { AssistantMessage } from '../../../shared/conversation/ports/stored.ts';
import { MemorySessionStore } from '../../../shared/sessions/memory/memory-session-store.ts';
import { RedisConnection } from '../../../shared/sessions/redis/redis-connection.ts';
import { RedisSessionStore } from '../../../shared/sessions/redis/redis-session-store.ts';
import { RedisServer } from '../../redis/redis-server.ts';
import { Conversation, rules } from '../conversation.ts';
import { type Act, ActingModel } from './acting-model.ts';
import { type Fate, Life } from './life.ts';
import { type ReceivedCall, testTool } from './test-tools.ts';

/** A turn with calls, and what becomes of those who hold it, one after the other. */
interface Schedule {
  /** Of each round its calls: true where the tool can be called again. */
  rounds: boolean[][];
  fates: Fate[];
  isFirst: boolean;
}

const schedules: fc.Arbitrary<Schedule> = fc.record({
  rounds: fc.array(fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  fates: fc.array(fc.record({ moment: fc.nat(40), kind: fc.constantFrom('dies' as const, 'pauses' as const) }), {
    minLength: 1,
    maxLength: 4,
  }),
  isFirst: fc.boolean(),
});

const message = 'Act';

/** What a model is to do: the input of each call is another one. */
function actsOf(rounds: boolean[][]): Act[] {
  return rounds.map((calls, round) => {
    const before = rounds.slice(0, round).flat().length;
    return {
      says: `Round ${round}. `,
      calls: calls.map((isRepeatable, place) => [isRepeatable ? 'look' : 'pay', { call: before + place + 1 }]),
    };
  });
}

/**
 * Plays a schedule: each holder takes the turn, with its key, when the one before has met its fate and its lease has
 * ended; the last one meets none.
 *
 * @param retries of the last one, where the machine itself stands still for longer than a lease
 */
async function play(
  store: SessionStore,
  passLease: () => Promise<unknown>,
  { rounds, fates, isFirst }: Schedule,
  retries = 0,
) {
  const acts = [...actsOf(rounds), { says: 'All done.' }];
  const received: ReceivedCall[] = [];
  const model = new ActingModel(...acts);
  const tools = [testTool('pay', {}, received), testTool('look', { isRepeatable: true }, received)];
  const owner = randomUUID();
  const holder = (fate?: Fate) => {
    const life = new Life(fate);
    const parts = { owner, leaseMs: 250, tools: tools.map((tool) => life.tool(tool)) };
    return { life, conversation: new Conversation(life.model(model), { store: life.store(store), ...parts }) };
  };
  const first = isFirst
    ? undefined
    : await new Conversation(new ActingModel({ says: 'Hi.' }), { store, owner }).talk('Hi');
  const asked = { idempotency: { key: randomUUID(), fingerprint: 'f' }, sessionId: first?.sessionId };
  const take = ({ conversation }: ReturnType<typeof holder>) =>
    conversation.talk(message, asked).then(
      (turn) => ({ turn, code: undefined }),
      (error) => ({ turn: undefined, code: codeOf(error) }),
    );

  const paused: { life: Life; ending: Promise<unknown> }[] = [];
  for (const fate of fates) {
    const mortal = holder(fate);
    const ending = take(mortal);
    const over = await Promise.race([ending.then(() => 'ended'), mortal.life.reached.then(() => 'fate')]);
    if (over === 'ended') continue;
    await passLease();
    if (fate.kind === 'pauses') paused.push({ life: mortal.life, ending });
  }
  let outcome = await take(holder());
  for (let retry = 0; retry < retries && outcome.code === 'turn-lost'; retry += 1) outcome = await take(holder());
  // Those who stood still go on, and may make the call that they were about to make.
  for (const { life } of paused) life.goOn();
  await Promise.all(paused.map(({ ending }) => Promise.race([ending, sleep(3000)])));
  const again = await take(holder());
  const sessionId = outcome.turn?.sessionId;
  const history = sessionId && (await store.history(owner, sessionId, { limit: 100, before: undefined }));
  const messages = typeof history === 'object' ? history.items : [];
  return { acts, received, outcome, again, messages, asked: model.asked };
}

type Played = Awaited<ReturnType<typeof play>>;

/** Holds what was played against the promises. */
function check({ rounds }: Schedule, { acts, received, outcome, again, messages, asked }: Played): void {
  const calls = Map.groupBy(received, ({ input }) => (input as { call: number }).call);
  for (const [call, times] of calls) {
    const most = times[0]?.tool === 'pay' ? 1 : 2;
    expect(times.length, `call ${call} was made ${times.length} times`).toBeLessThanOrEqual(most);
    expect(new Set(times.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  }
  const keys = new Set([...calls.values()].map(([first]) => first?.idempotencyKey));
  expect(keys.size).toBe(calls.size);
  if (outcome.turn === undefined) {
    expect(outcome.code).toBe('tool-in-doubt');
    expect(again.code).toBe('tool-in-doubt');
    return;
  }
  const content = acts.map(({ says }) => says).join('');
  expect(outcome.turn.tokens.join('')).toBe(content);
  expect(again.turn?.tokens.join('')).toBe(content);
  expect(again.turn?.turnId).toBe(outcome.turn.turnId);
  const [, answer] = messages.filter(({ turn_id }) => turn_id === outcome.turn?.turnId) as [unknown, AssistantMessage];
  expect(messages.filter(({ content }) => content === message)).toHaveLength(1);
  expect(answer.content).toBe(content);
  const made = rounds.flatMap((round, place) => round.map(() => place));
  expect(answer.steps?.map(({ round }) => round)).toEqual(made);
  expect(answer.steps?.map(({ arguments: written }) => JSON.parse(written).call)).toEqual(made.map((_, n) => n + 1));
  expect(answer.steps?.every(({ status }) => status === 'ok')).toBe(true);
  expect(asked.length).toBeGreaterThanOrEqual(acts.length);
}

const leaseSeconds = 0.25;

function memory() {
  const clock = { passed: 0 };
  const store = new MemorySessionStore({ ...rules, leaseSeconds: 10 }, () => performance.now() + clock.passed);
  const passLease = async () => {
    clock.passed += 10_001;
  };
  return { store, passLease };
}

/** A store that keeps no journal. */
function forgetful<S extends SessionStore>(store: S): S {
  const { extend } = store;
  store.extend = (claim, said) => extend.call(store, claim, said);
  return store;
}

describe('whatever dies, wherever: a step is made once at most, and what is done is not done again', () => {
  test('on the memory store', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const { store, passLease } = memory();
        check(schedule, await play(store, passLease, schedule));
      }),
      { numRuns: 150 },
    );
  });

  test('and a store that keeps no journal is noticed', { timeout: 120_000 }, async () => {
    const run = fc.check(
      fc.asyncProperty(schedules, async (schedule) => {
        const { store, passLease } = memory();
        check(schedule, await play(forgetful(store), passLease, schedule));
      }),
      { numRuns: 100, endOnFailure: true },
    );
    expect((await run).failed).toBe(true);
  });

  describe('on Redis', () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await RedisServer.start();
    });
    afterAll(() => server.stop());

    test('with two holders at a time', { timeout: 120_000 }, async () => {
      const place = { url: server.url, cluster: false, waitReplicas: 0, auth: 'url' as const };
      const store = new RedisSessionStore(new RedisConnection(place), { ...rules, leaseSeconds });
      const passLease = () => sleep(leaseSeconds * 1000 + 20);
      await fc.assert(
        fc.asyncProperty(fc.array(schedules, { minLength: 12, maxLength: 12 }), async (several) => {
          await Promise.all(
            several.map(async (schedule) => check(schedule, await play(store, passLease, schedule, 5))),
          );
        }),
        { numRuns: 5, endOnFailure: true },
      );
      await store.close();
    });
  });
});
