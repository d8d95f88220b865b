import { afterAll, beforeAll, expect, test } from 'vitest';
import { ParleyChatTransport } from '../../packages/parley-client/src/ai-sdk/index.ts';
import { ParleyClient, wholeTurn } from '../../packages/parley-client/src/index.ts';
import { Client } from '../end-to-end/client.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { TcpProxy } from '../redis/tcp-proxy.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { contoso } from './contoso.ts';

let upstream: ScriptedUpstream;
let host: LocalHost;
let network: TcpProxy;
let client: ParleyClient;

beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  host = await startHost({ env: { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' } });
  network = await TcpProxy.start(Number(new URL(host.url).port));
  client = new ParleyClient({ baseUrl: `http://127.0.0.1:${network.port}` });
});
afterAll(async () => {
  await network.stop();
  await host.stop();
  await upstream.stop();
});

test('without a window the rest of a turn is had after a cut, too', async () => {
  const gate = upstream.gate();
  upstream.enqueue({ deltas: ['before ', gate, 'after'] });
  let said = '';
  const { signal } = new AbortController();
  for await (const event of wholeTurn(client, { message: 'Go on', idempotencyKey: 'of a cut turn' }, signal)) {
    if (event.type === 'token') said += event.token;
    if (event.type === 'token' && said === 'before ') network.cut();
    if (event.type === 'cut') gate.open();
  }
  expect(said).toBe('before after');
  expect(upstream.requests).toHaveLength(1);
});

test('a transport for the AI SDK is made, and told a turn, where there is no window', async () => {
  const transport = new ParleyChatTransport({ baseUrl: client.baseUrl });
  const gate = upstream.gate();
  upstream.enqueue({ deltas: ['before ', gate, 'after'] });
  const message = { id: 'a message', role: 'user' as const, parts: [{ type: 'text' as const, text: 'Go on' }] };
  const chunks = await transport.sendMessages({
    ...{ chatId: 'a chat', messages: [message], trigger: 'submit-message', messageId: undefined },
    abortSignal: undefined,
  });
  let said = '';
  for await (const chunk of chunks) {
    if (chunk.type !== 'text-delta') continue;
    said += chunk.delta;
    network.cut();
    gate.open();
  }
  expect(said).toBe('before after');
});

test('who the caller is, what is left to it, and whose service this is, are told as the interface says', async () => {
  const limited = await startHost({
    env: { ...contoso, AUTH_MODE: 'key', TOKEN_LIMIT_PER_DAY: '10000', BRAND_LANGUAGES: 'en' },
  });
  const headers = { 'x-functions-key': 'a-function-key', 'x-user-id': 'alice' };
  const alice = new ParleyClient({ baseUrl: limited.url, fetch: (url, init) => fetch(url, { ...init, headers }) });
  expect(await alice.me()).toEqual({ user: { name: 'alice' } });
  const { day } = (await alice.usage()).tokens ?? {};
  expect(day).toMatchObject({ limit: 10_000, used: 0, reserved: 0, remaining: 10_000 });
  expect(await alice.branding()).toMatchObject({
    name: 'Contoso Help',
    colors: { light: { accent: '#0f6cbd', on_accent: '#ffffff' } },
    languages: ['en'],
    texts: { en: { greeting: 'What can we do for you?', footer: 'Privacy' } },
  });
  const [assistant] = await alice.assistants();
  expect(assistant?.avatar).toMatch(/^data:image/);
  expect(assistant?.starters?.en).toHaveLength(4);
  await limited.stop();
});

test('what a turn was worth is said, and said anew', async () => {
  const caller = new Client(host.url);
  const { session_id: sessionId, turn_id: turnId } = await caller.chat({ message: 'Hello' });
  await client.feedback({ sessionId, turnId, rating: 'down', comment: 'Too short' });
  expect(await (await caller.get('/chat/export')).text()).toContain(
    '"feedback":{"rating":"down","comment":"Too short"}',
  );
  await client.feedback({ sessionId, turnId, rating: 'up' });
  expect(await (await caller.get('/chat/export')).text()).toContain('"feedback":{"rating":"up"}');
  const unknown = client.feedback({ sessionId, turnId: crypto.randomUUID(), rating: 'up' });
  await expect(unknown).rejects.toMatchObject({ problem: { status: 404 } });
});
