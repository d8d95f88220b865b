import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HeldLease } from '../../shared/conversation/held-lease.ts';
import type { Model } from '../../shared/conversation/ports/model.ts';
import { RunningTurns } from '../../shared/conversation/running-turns.ts';
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

describe('a process that is told to end', () => {
  test('stores each turn with what was said before it ends, and begins none that would not end', async () => {
    const store = new WatchedStore(rules);
    const conversation = new Conversation(model, { store });
    upstream.enqueue({ deltas: ['half', upstream.gate()] }, { deltas: ['half', upstream.gate()] });
    const turns = [await toFirstToken(conversation.take('One?')), await toFirstToken(conversation.take('Two?'))];
    const rests = turns.map(({ rest }) => rest());
    await conversation.parts.running.end();
    expect(store.asked.commit).toHaveLength(2);
    for (const rest of rests) expect((await rest).finished?.finish_reason).toBe('deadline');
    await expect(conversation.talk('Three?')).rejects.toMatchObject({ code: 'model-timeout' });
  });

  test('waits for no turn that is over', async () => {
    const conversation = new Conversation(model);
    await conversation.talk('Hi');
    upstream.enqueue({ status: 500 });
    await expect(conversation.talk('Hi')).rejects.toMatchObject({ code: 'model-failed' });
    const startedAt = performance.now();
    await conversation.parts.running.end();
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  test('has nothing to do with a turn that is over', async () => {
    const claim = { owner: OWNER, sessionId: 's', turnId: 't', isFirst: true, idempotency: undefined, reserved: 0 };
    const lease = new HeldLease(new WatchedStore(rules), claim, { leaseMs: 1000, deadlineMs: 60_000 });
    const running = new RunningTurns();
    running.add(lease);
    await lease.release();
    running.delete(lease);
    await running.end();
    expect(lease.signal.aborted).toBe(false);
  });
});
