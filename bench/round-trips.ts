import { Redis } from 'ioredis';
import { build } from '../local/build.ts';
import { Client } from '../test/end-to-end/client.ts';
import { startHost } from '../test/host/start-host.ts';
import { RedisServer } from '../test/redis/redis-server.ts';
import { startUpstreamProcess } from '../test/upstream/upstream-process.ts';
import { median } from './median.ts';

// What a turn asks of Redis, as MONITOR sees it, how long that keeps Redis, and how long a turn takes, at histories of
// different lengths; of a turn that goes on, and of one that forks the session behind its last turn.
// Run: npx node bench/round-trips.ts

const TURNS_TO_TIME = 101;
/** Each copies the whole history. */
const FORKS_TO_TIME = 31;

const directory = '.cache/bench/parley';
await build({ directory });
const redis = await RedisServer.start();
const upstream = await startUpstreamProcess();
const env = { REDIS_URL: redis.url, OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' };
const host = await startHost({ env, bundle: `${directory}/functions.js` });
const client = new Client(host.url);
const reader = new Redis(redis.url);
const monitor = await reader.monitor();

let seen: string[] = [];
// Commands that a script calls come from "lua": they cost no round trip.
monitor.on('monitor', (_time: string, [command = '']: string[], source: string) => {
  if (source !== 'lua') seen.push(command);
});

/** The commands of one turn: all that came before a mark that is sent after it. */
async function commandsOfATurn(path: '/chat' | '/chat/stream', more: object = {}): Promise<string> {
  seen = [];
  const response = await client.post(path, { session_id: sessionId, message: 'What is in stock?', ...more });
  await response.text();
  await reader.echo('mark');
  while (!seen.includes('echo')) await new Promise((resolve) => setImmediate(resolve));
  return seen.filter((command) => command !== 'echo').join(' ');
}

const { session_id: sessionId } = await client.chat({ message: 'Hello' });
let messages = 2;
/** The turn that was answered last. */
let last = '';
async function grow(until: number): Promise<void> {
  for (; messages < until; messages += 2) await client.chat({ session_id: sessionId, message: 'Is it in stock?' });
}

/** Milliseconds of a turn, and of Redis in it: medians. */
async function timesOf(turns: number, more: () => object = () => ({})): Promise<{ turn: string; redis: string }> {
  const times: number[] = [];
  const inRedis: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    await reader.config('RESETSTAT');
    const start = performance.now();
    const answer = await client.chat({ session_id: sessionId, message: 'Is it in stock?', ...more() });
    times.push(performance.now() - start);
    const [, microseconds] = /cmdstat_evalsha:calls=\d+,usec=(\d+)/.exec(await reader.info('commandstats')) ?? [];
    inRedis.push(Number(microseconds) / 1000);
    last = answer.turn_id;
    if (answer.session_id !== sessionId) await client.delete(`/chat/history/${answer.session_id}`);
  }
  return { turn: median(times).toFixed(1), redis: median(inRedis).toFixed(2) };
}

const rows = [];
for (const history of [10, 1_000, 10_000]) {
  await grow(history);
  const json = await commandsOfATurn('/chat');
  const stream = await commandsOfATurn('/chat/stream');
  const plain = await timesOf(TURNS_TO_TIME);
  messages += 2 * (2 + TURNS_TO_TIME);
  const after = last;
  const fork = await commandsOfATurn('/chat', { after, fork: true });
  const forks = await timesOf(FORKS_TO_TIME, () => ({ after, fork: true }));
  rows.push({
    messages: history,
    ...{ '/chat': json, '/chat/stream': stream, 'ms a turn': plain.turn, 'ms of Redis': plain.redis },
    ...{ copied: messages, fork, 'ms a fork': forks.turn, 'ms of Redis in a fork': forks.redis },
  });
}
console.table(rows);

monitor.disconnect();
reader.disconnect();
await host.stop();
await Promise.all([upstream.stop(), redis.stop()]);
