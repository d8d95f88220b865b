import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Failure } from '../../shared/conversation/failure.ts';
import type { Model } from '../../shared/conversation/ports/model.ts';
import { eventually } from '../eventually.ts';
import { deployment } from '../models/deployment.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Conversation, OWNER, rules, toFirstToken } from './conversation.ts';
import { WatchedStore } from './watched-store.ts';

let upstream: ScriptedUpstream;
let model: Model;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  model = deployment('chat', upstream, { kind: 'azure' });
});
afterAll(() => upstream.stop());
afterEach(() => void vi.restoreAllMocks());

const away = new Failure('store-unavailable', 'Away.');

/** What those who follow a turn are told of its tokens. */
const toldTokens = async ({ store }: Conversation, sessionId: string) =>
  (await store.follow(OWNER, sessionId, undefined, 0))?.entries.filter((entry) => Array.isArray(entry)).flat();

/** The blocks that a store was asked to keep: a model that is late is behind renewals that have none. */
const blocksFor = ({ asked }: WatchedStore) =>
  asked.extend.map(([, said]) => said).filter(({ blocks }) => blocks.length > 0);

/** A store that notes when it was asked to renew a lease. */
function timed() {
  const store = new WatchedStore(rules);
  const renewals: number[] = [];
  store.before = async (step) => {
    if (step === 'extend') renewals.push(performance.now());
  };
  const gaps = () => renewals.slice(1).map((time, index) => time - (renewals[index] as number));
  return { store, renewals, gaps };
}

describe('a lease', () => {
  test('is renewed about every half second while the model is silent', async () => {
    const { store, renewals, gaps } = timed();
    const conversation = new Conversation(model, { store });
    upstream.enqueue({ deltas: [upstream.gate()] });
    const turn = conversation.take('Hi');
    await turn.next();
    const ending = turn.next();
    await eventually(() => renewals.length >= 4);
    expect(Math.min(...gaps())).toBeGreaterThan(370);
    expect(Math.min(...gaps())).toBeLessThan(700);
    const [[claim] = []] = store.asked.extend;
    await store.stop(OWNER, claim?.sessionId as string);
    await ending;
    // Its lease is held until it has been read to its end.
    await Array.fromAsync(turn);
  });

  test('is renewed with what was said every quarter of a second while the model talks', async () => {
    const { store, gaps } = timed();
    const conversation = new Conversation(model, { store });
    upstream.enqueue({ deltas: Array.from({ length: 50 }, (_, n) => `${n} `), delayMs: 20 });
    const { sessionId, tokens } = await conversation.talk('Hi');
    expect(Math.min(...gaps())).toBeLessThan(370);
    const blocks = blocksFor(store);
    expect(blocks.map(({ position }) => position)).toEqual(blocks.map((_, index) => index));
    expect(blocks.length).toBeGreaterThan(1);
    expect(blocks.flatMap((said) => said.blocks.flat()).length).toBeGreaterThan(1);
    expect(await toldTokens(conversation, sessionId)).toEqual(tokens);
  });

  test('passes on what was said once, in its order, also where the store failed in between', async () => {
    const store = new WatchedStore(rules);
    const conversation = new Conversation(model, { store });
    const [first, second] = [upstream.gate(), upstream.gate()];
    upstream.enqueue({ deltas: ['a', first, 'b', second, 'c'] });
    let isAway = true;
    store.before = async (step) => {
      if (step === 'extend' && isAway) throw away;
    };
    const { sessionId, rest } = await toFirstToken(conversation.take('Hi'));
    const ending = rest();
    await eventually(() => blocksFor(store).length === 1);
    first.open();
    await eventually(() => blocksFor(store).length === 2);
    // A block is sent again as it was, with nothing added.
    for (const said of blocksFor(store)) expect(said).toEqual({ position: 0, blocks: [['a']] });
    isAway = false;
    await eventually(async () => (await toldTokens(conversation, sessionId))?.length === 2);
    // What comes now comes with the commit at last, and not with a renewal just before it.
    isAway = true;
    second.open();
    await ending;
    expect(store.asked.commit[0]?.[1].unsent).toEqual({ position: 2, blocks: [['c']] });
    expect(await toldTokens(conversation, sessionId)).toEqual(['a', 'b', 'c']);
  });

  test('whose block arrived unheard of is not told twice', async () => {
    const store = new WatchedStore(rules);
    const conversation = new Conversation(model, { store });
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['a', gate, 'b'] });
    const { sessionId, rest } = await toFirstToken(conversation.take('Hi'));
    const ending = rest();
    const extend = store.extend.bind(store);
    store.extend = async (...asked) => {
      await extend(...asked);
      throw away;
    };
    await eventually(() => blocksFor(store).length === 1);
    gate.open();
    await ending;
    expect(store.asked.commit[0]?.[1].unsent).toEqual({ position: 0, blocks: [['a'], ['b']] });
    expect(await toldTokens(conversation, sessionId)).toEqual(['a', 'b']);
  });

  test('that could not be renewed for most of its time ends the turn, while the model still talks', async () => {
    const store = new WatchedStore(rules);
    const conversation = new Conversation(model, { store, leaseMs: 2000 });
    upstream.enqueue({ deltas: ['a', upstream.gate()] });
    const startedAt = performance.now();
    const { rest } = await toFirstToken(conversation.take('Hi'));
    let tries = 0;
    store.before = async (step) => {
      if (step !== 'extend') return;
      tries += 1;
      throw away;
    };
    await expect(rest()).rejects.toBe(away);
    expect(performance.now() - startedAt).toBeGreaterThan(1000);
    // A try every quarter of a second, for no more than three quarters of the lease.
    expect(tries).toBeLessThan(7);
    await eventually(() => upstream.requests.at(-1)?.cut);
  });

  test('is let go with its turn: nothing is asked of the store any more, and no timer is left', async () => {
    const [set, clear] = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'clearTimeout')];
    const store = new WatchedStore(rules);
    const steps: string[] = [];
    store.before = async (step) => void steps.push(step);
    const deadlineMs = 54_321;
    await new Conversation(model, { store, deadlineMs }).talk('Hi');
    for (const lasting of [deadlineMs, 250]) {
      const latest = set.mock.calls.findLastIndex(([, ms]) => ms === lasting);
      expect(clear).toHaveBeenCalledWith(set.mock.results[latest]?.value);
    }
    expect(steps.filter((step) => step !== 'extend')).toEqual(['begin', 'commit']);
    expect(steps.at(-1)).toBe('commit');
  });
});
