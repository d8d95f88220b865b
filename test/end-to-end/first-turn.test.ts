import { afterAll, beforeAll, expect, test } from 'vitest';
import { TOKENS_PER_MESSAGE, TOKENS_PER_PROMPT } from '../../shared/conversation/window.ts';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { judged } from '../tokens/judge.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Client } from './client.ts';

let upstream: ScriptedUpstream;
let host: LocalHost;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  host = await startHost({ env: { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' } });
});
afterAll(async () => {
  await host?.stop();
  await upstream.stop();
});

test('the first turn of a process waits for no tokeniser, and is told by exact counts where it ends after that was loaded', async () => {
  const client = new Client(host.url);
  const gate = upstream.gate();
  upstream.enqueue({ deltas: [gate, 'Redis.'], usage: null });
  const first = client.chat({ message: 'Where do sessions go?' });
  await eventually(() => upstream.requests.length === 1);
  // From its bounds on, turns that end meanwhile say that they are.
  await eventually(async () => (await client.chat({ message: 'Hi' })).context.estimated === undefined);
  gate.open();

  const sent = upstream.requests[0]?.body['messages'] as { content: string }[];
  const each = sent.map(({ content }) => judged(content) + TOKENS_PER_MESSAGE);
  const prompt_tokens = each.reduce((sum, tokens) => sum + tokens, TOKENS_PER_PROMPT);
  const { usage, context } = await first;
  expect(context.prompt_tokens).toBe(prompt_tokens);
  expect(context).not.toHaveProperty('estimated');
  const completion_tokens = judged('Redis.');
  expect(usage).toEqual({
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    cached_tokens: 0,
  });
});
