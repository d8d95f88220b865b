import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { TcpProxy } from '../redis/tcp-proxy.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Client, framesOf, readStream } from './client.ts';

let redis: RedisServer;
let raw: Redis;
let way: TcpProxy;
let upstream: ScriptedUpstream;
let host: LocalHost | undefined;

beforeAll(async () => {
  [redis, upstream] = await Promise.all([RedisServer.start(), ScriptedUpstream.start()]);
  raw = new Redis(redis.url);
  way = await TcpProxy.start(redis.port);
});
afterAll(async () => {
  raw?.disconnect();
  await Promise.all([way?.stop(), redis?.stop(), upstream?.stop()]);
});
afterEach(async () => {
  way.mode = 'pass';
  await raw.config('SET', 'maxmemory', '0');
  await raw.replicaof('NO', 'ONE');
  await host?.stop();
});

async function start(env: Record<string, string> = {}): Promise<Client> {
  host = await startHost({
    env: { REDIS_URL: way.url, OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted', ...env },
  });
  return new Client(host.url);
}

const full = () => raw.config('SET', 'maxmemory', '1');
const ready = async (client: Client) => (await client.get('/health?ready')).status;

describe('a Redis that', () => {
  test.each([
    ['is full', full],
    ['is a replica', () => raw.replicaof('127.0.0.1', 1)],
  ])('%s is not ready, and is again when that is over', async (_, begin) => {
    const client = await start();
    expect(await ready(client)).toBe(200);
    await begin();
    expect(await ready(client)).toBe(503);
    await raw.config('SET', 'maxmemory', '0');
    await raw.replicaof('NO', 'ONE');
    await eventually(async () => (await ready(client)) === 200);
  });

  test.each<Record<string, string>>([{}, { RATE_LIMIT_PER_MINUTE: '20' }, { TOKEN_LIMIT_PER_DAY: '1000000' }])(
    'is full takes no turn, and the model is not asked, with the limits %j',
    async (limits) => {
      const client = await start(limits);
      const { session_id } = await client.chat({ message: 'Hi' });
      const asked = upstream.requests.length;
      await full();
      for (const session of [{}, { session_id }]) {
        const response = await client.post('/chat', { message: 'Hi', ...session });
        expect([response.status, await response.json()]).toMatchObject([503, { code: 'store-unavailable' }]);
      }
      expect(upstream.requests).toHaveLength(asked);
    },
  );

  test('is full ends no turn that runs, and who follows it hears it all', async () => {
    const client = await start({ TURN_LEASE_SECONDS: '3', TOKEN_LIMIT_PER_DAY: '1000000' });
    const gates = [upstream.gate(), upstream.gate()] as const;
    upstream.enqueue({ deltas: ['one ', gates[0], 'two ', gates[1], 'three'] });
    const response = await client.post('/chat/stream', { message: 'Count' }, { 'idempotency-key': 'a key' });
    const frames = framesOf(response);
    const first = (await frames.next()).value;
    const { session_id, turn_id } = JSON.parse(first?.data ?? '');
    const joined = client.get(`/chat/stream/${session_id}?turn_id=${turn_id}`).then(readStream);
    await full();
    gates[0].open();
    const lease = (await raw.keys(`*:lease:${session_id}`))[0] ?? '';
    // Twice as long as the turn would bear a store that fails.
    await eventually(async () => Number(await raw.hget(lease, 'beats')) >= 12);
    await raw.config('SET', 'maxmemory', '0');
    gates[1].open();
    const live = [first, ...(await Array.fromAsync(frames))];
    expect(live.at(-1)?.data).toBe('[DONE]');
    expect((await joined).frames).toEqual(live);
    expect((await client.history(session_id)).at(-1)?.content).toBe('one two three');
  });

  test('goes away under a turn is told to its caller within 10 seconds, also where the model ends meanwhile', async () => {
    const client = await start();
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['one ', upstream.gate()] }, { deltas: ['two ', gate, 'three'] });
    const begin = async (message: string) => {
      const frames = framesOf(await client.post('/chat/stream', { message }));
      for (let count = 0; count < 2; count += 1) await frames.next();
      return frames;
    };
    const turns = [await begin('Talk'), await begin('End')];
    way.mode = 'hold';
    const awayAt = performance.now();
    setTimeout(() => gate.open(), 6000);
    const told = turns.map(async (frames) => {
      const last = (await Array.fromAsync(frames)).at(-1);
      return [JSON.parse(last?.data ?? '').error?.code, Math.ceil((performance.now() - awayAt) / 1000)] as const;
    });
    for (const [code, seconds] of await Promise.all(told)) {
      expect(code).toBe('store-unavailable');
      expect(seconds).toBeLessThanOrEqual(10);
    }
  });
});
