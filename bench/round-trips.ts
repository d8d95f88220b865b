import { Redis } from 'ioredis';
import { build } from '../local/build.ts';
import { Client } from '../test/end-to-end/client.ts';
import { startHost } from '../test/host/start-host.ts';
import { RedisServer } from '../test/redis/redis-server.ts';
import { startUpstreamProcess } from '../test/upstream/upstream-process.ts';
import { median } from './median.ts';

// What a turn asks of Redis, as MONITOR sees it, and how long a turn takes, at histories of different lengths.
// Run: npx node bench/round-trips.ts

const TURNS_TO_TIME = 101;

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
async function commandsOfATurn(sessionId: string, path: '/chat' | '/chat/stream'): Promise<string> {
  seen = [];
  const response = await client.post(path, { session_id: sessionId, message: 'What is in stock?' });
  await response.text();
  await reader.echo('mark');
  while (!seen.includes('echo')) await new Promise((resolve) => setImmediate(resolve));
  return seen.filter((command) => command !== 'echo').join(' ');
}

const { session_id: sessionId } = await client.chat({ message: 'Hello' });
let messages = 2;
async function grow(until: number): Promise<void> {
  for (; messages < until; messages += 2) await client.chat({ session_id: sessionId, message: 'Is it in stock?' });
}

const rows = [];
for (const history of [10, 1_000, 10_000]) {
  await grow(history);
  const json = await commandsOfATurn(sessionId, '/chat');
  const stream = await commandsOfATurn(sessionId, '/chat/stream');
  const times: number[] = [];
  for (let turn = 0; turn < TURNS_TO_TIME; turn++) {
    const start = performance.now();
    await client.chat({ session_id: sessionId, message: 'Is it in stock?' });
    times.push(performance.now() - start);
  }
  rows.push({ messages: history, '/chat': json, '/chat/stream': stream, 'ms a turn': median(times).toFixed(1) });
  messages += 2 * (2 + TURNS_TO_TIME);
}
console.table(rows);

monitor.disconnect();
reader.disconnect();
await host.stop();
await Promise.all([upstream.stop(), redis.stop()]);
