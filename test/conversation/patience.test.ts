import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Failure } from '../../shared/conversation/failure.ts';
import type { Model } from '../../shared/conversation/ports/model.ts';
import { deployment } from '../models/deployment.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Conversation, OWNER, rules } from './conversation.ts';
import { WatchedStore } from './watched-store.ts';

let upstream: ScriptedUpstream;
let model: Model;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  model = deployment('chat', upstream, { kind: 'azure' });
});
afterAll(() => upstream.stop());

const away = new Failure('store-unavailable', 'Away.');

describe('a store that is away when a turn is to be stored', () => {
  test('is asked again until it is back', async () => {
    const store = new WatchedStore(rules);
    store.before = async (step) => {
      if (step === 'commit' && store.asked.commit.length < 3) throw away;
    };
    const conversation = new Conversation(model, { store });
    const { sessionId } = await conversation.talk('Go on.');
    expect(await conversation.messages(sessionId)).toHaveLength(2);
    expect(store.asked.commit).toHaveLength(3);
    expect(store.asked.abandon).toEqual([]);
  });

  test('is given up before the lease may end, and nothing is stored', async () => {
    const store = new WatchedStore(rules);
    store.before = async (step) => {
      if (step === 'commit') throw away;
    };
    const startedAt = performance.now();
    await expect(new Conversation(model, { store, leaseMs: 1000 }).talk('Go on.')).rejects.toBe(away);
    expect(performance.now() - startedAt).toBeGreaterThan(550);
    // A try every fifth of a second, for no more than three quarters of the lease.
    expect(store.asked.commit.length).toBeLessThan(6);
    expect((await store.scan(OWNER)).sessions).toEqual([]);
  });

  test('is not asked again where that is no matter of time', async () => {
    for (const error of [new Error('bug'), new Failure('internal', 'A bug.')]) {
      const store = new WatchedStore(rules);
      store.before = async (step) => {
        if (step === 'commit') throw error;
      };
      await expect(new Conversation(model, { store }).talk('Go on.')).rejects.toBe(error);
      expect(store.asked.commit).toHaveLength(1);
    }
  });
});
