import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Model } from '../../shared/conversation/ports/model.ts';
import { deployment } from '../models/deployment.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Conversation, rules, toFirstToken } from './conversation.ts';
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
});
