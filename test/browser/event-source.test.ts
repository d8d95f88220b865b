import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client, type Frame, framesOf, readStream } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { TcpProxy } from '../redis/tcp-proxy.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { openBrowser } from './open-browser.ts';

let redis: RedisServer;
let upstream: ScriptedUpstream;
let hosts: LocalHost[];
let way: TcpProxy;
let browser: Browser;

beforeAll(async () => {
  [redis, upstream, browser] = await Promise.all([RedisServer.start(), ScriptedUpstream.start(), openBrowser()]);
  const env = { REDIS_URL: redis.url, OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' };
  hosts = await Promise.all([startHost({ env }), startHost({ env })]);
  way = await TcpProxy.start(portOf(hosts[1]));
});
afterAll(async () => {
  await browser?.close();
  await way?.stop();
  await Promise.all(hosts.map((host) => host.stop()));
  await Promise.all([redis.stop(), upstream.stop()]);
});

function portOf(host: LocalHost | undefined): number {
  return Number(new URL(host?.url ?? '').port);
}

test('EventSource joins a turn on another instance, and after a cut it comes back by itself and gets the rest', async () => {
  const gates = [upstream.gate(), upstream.gate()] as const;
  upstream.enqueue({ deltas: ['one ', gates[0], 'two ', gates[1], 'three'] });
  const response = await new Client(hosts[0]?.url ?? '').post('/chat/stream', { message: 'Count' });
  const live = framesOf(response);
  const first = (await live.next()).value as Frame;

  const page = await browser.newPage();
  // Any page of the same origin will do.
  await page.goto(`http://127.0.0.1:${way.port}/health`);
  await page.evaluate((sessionId) => {
    const seen: string[] = [];
    const source = new EventSource(`/chat/stream/${sessionId}`);
    Object.assign(globalThis, { seen });
    source.onmessage = ({ data, lastEventId }) => {
      seen.push(data === '[DONE]' ? data : `${lastEventId} ${data}`);
      if (data === '[DONE]') source.close();
    };
  }, JSON.parse(first.data).session_id);
  const seen = () => page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);

  await eventually(async () => (await seen()).some((frame) => frame.includes('one ')));
  way.cut();
  gates[0].open();
  await eventually(async () => (await seen()).some((frame) => frame.includes('two ')));
  way.cut();
  gates[1].open();
  await eventually(async () => (await seen()).includes('[DONE]'));
  const rest = await Array.fromAsync(live);
  expect(await seen()).toEqual([first, ...rest].map(({ id, data }) => (data === '[DONE]' ? data : `${id} ${data}`)));
  await page.close();
});

test.each([
  ['an answer', { deltas: ['one ', 'two'] }],
  ['a failure', { deltas: ['one '], ending: 'cut' as const }],
])(
  'EventSource ends by itself after %s: what it asks for when all was received is answered with 204',
  async (_, answer) => {
    upstream.enqueue(answer);
    const { frames, first } = await readStream(
      await new Client(hosts[0]?.url ?? '').post('/chat/stream', { message: 'Count' }),
    );

    const page = await browser.newPage();
    const statuses: number[] = [];
    page.on('response', (response) => response.url().includes('/chat/stream/') && statuses.push(response.status()));
    await page.goto(`${hosts[1]?.url}/health`);
    const seen = await page.evaluate(
      (sessionId) =>
        new Promise<string[]>((ends) => {
          const received: string[] = [];
          const source = new EventSource(`/chat/stream/${sessionId}`);
          source.onmessage = ({ data }) => received.push(data);
          source.onerror = () => source.readyState === EventSource.CLOSED && ends(received);
        }),
      first.session_id,
    );
    expect(seen).toEqual(frames.map(({ data }) => data));
    // The browser tells of responses beside what its page says.
    await eventually(() => statuses.length === 2);
    expect(statuses).toEqual([200, 204]);
    await page.close();
  },
);
