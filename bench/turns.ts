import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { build } from '../local/build.ts';
import { type LocalHost, startHost } from '../test/host/start-host.ts';
import { RedisServer } from '../test/redis/redis-server.ts';
import { startUpstreamProcess } from '../test/upstream/upstream-process.ts';
import { coldStart } from './cold-start.ts';
import { median } from './median.ts';
import { type Cost, plotOf } from './plot.ts';

// What a streamed turn of 50 tokens costs, beside the same chat in three other ways, all as Azure Functions in the same
// local host. The rounds of all take turns, so that a busy machine meets all alike.
// Run: npm run bench -- [--rounds 5] [--turns 400] [--concurrency 16] [--delay-ms 4] [--messages 10,1000] [--only NAME,...]
//   [--cold-starts 15] [--plot FILE.svg]

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    turns: { type: 'string', default: '400' },
    concurrency: { type: 'string', default: '16' },
    'delay-ms': { type: 'string', default: '4' },
    messages: { type: 'string', default: '10,1000' },
    only: { type: 'string' },
    'cold-starts': { type: 'string', default: '15' },
    plot: { type: 'string' },
  },
});
const turns = Number(values.turns);
const concurrency = Number(values.concurrency);

/** The model says each word of it again after two of its own: 50 tokens. */
const QUESTION = Array.from({ length: 48 }, (_, index) => `word${index}`).join(' ');

const peers = resolve(import.meta.dirname, 'peers');
await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--silent'], { cwd: peers });

interface Contender {
  name: string;
  host: LocalHost;
  sessions: string[];
  rounds: { cpuMs: number; perSecond: number; times: number[] }[];
}

const sources = {
  'a bare function': 'bench/peers/bare.ts',
  Parley: undefined,
  'AI SDK': 'bench/peers/ai-sdk.ts',
  'LangChain.js': 'bench/peers/langchain.ts',
};
const chosen = Object.entries(sources).filter(([name]) => values.only?.split(',').includes(name) ?? true);

async function start(messages: number) {
  const redis = await RedisServer.start();
  const upstream = await startUpstreamProcess({ delayMs: Number(values['delay-ms']) });
  const quick = await startUpstreamProcess();
  const contenders: Contender[] = [];
  for (const [name, source] of chosen) {
    const directory = `.cache/bench/${name.replaceAll(/\W+/g, '-')}`;
    await build({ directory, ...(source !== undefined && { entries: { functions: source } }) });
    const run = (model: { baseUrl: string }) =>
      startHost({
        bundle: `${directory}/functions.js`,
        // A summary is a call of its own, which the others do not make.
        env: {
          REDIS_URL: redis.url,
          OPENAI_BASE_URL: model.baseUrl,
          OPENAI_MODEL: 'scripted',
          CONTEXT_OVERFLOW: 'drop',
        },
      });
    // The history is made by a host of its own, so that all are measured at the same age.
    const earlier = await run(quick);
    const sessions = await inParallel(concurrency, concurrency, () => grow(earlier, messages));
    await earlier.stop();
    contenders.push({ name, host: await run(upstream), sessions, rounds: [] });
  }
  return { contenders, stop: () => Promise.all([upstream.stop(), quick.stop(), redis.stop()]) };
}

async function grow(host: LocalHost, messages: number): Promise<string> {
  const sessionId = await turn(host);
  for (let count = 2; count < messages; count += 2) await turn(host, sessionId);
  return sessionId;
}

/** Takes a streamed turn to its end; returns its session. */
async function turn({ url }: LocalHost, sessionId?: string): Promise<string> {
  const response = await fetch(`${url}/chat/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message: QUESTION, session_id: sessionId }),
  });
  const text = await response.text();
  if (text.split('"token"').length !== 51) throw new Error(`not 50 tokens: ${text.slice(0, 300)}`);
  return /"session_id":"([^"]+)"/.exec(text)?.[1] as string;
}

async function round({ host, sessions, rounds }: Contender): Promise<void> {
  const before = await cpuMs(host.pid);
  const startedAt = performance.now();
  const times: number[] = [];
  await inParallel(turns, concurrency, async (_, lane) => {
    const start = performance.now();
    await turn(host, sessions[lane]);
    times.push(performance.now() - start);
  });
  const seconds = (performance.now() - startedAt) / 1000;
  rounds.push({ cpuMs: ((await cpuMs(host.pid)) - before) / turns, perSecond: turns / seconds, times });
}

/** CPU time of a process and all its threads, as the system counts it. */
async function cpuMs(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function memoryMb(pid: number): Promise<number> {
  return Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Runs `work` so many times, in so many lanes; a lane works on one thing at a time. */
async function inParallel<T>(times: number, lanes: number, work: (run: number, lane: number) => Promise<T>) {
  const results: T[] = [];
  let next = 0;
  const lane = async (_: unknown, number: number) => {
    for (let run = next++; run < times; run = next++) results[run] = await work(run, number);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

const rows = [];
const costs: Cost[] = [];
for (const messages of values.messages.split(',').map(Number)) {
  const { contenders, stop } = await start(messages);
  // The first round warms the process up, and is not counted.
  for (let count = 0; count <= Number(values.rounds); count++) for (const each of contenders) await round(each);
  const costOf = ({ rounds }: Contender) => median(rounds.slice(1).map(({ cpuMs }) => cpuMs));
  const floor = contenders[0] && costOf(contenders[0]);
  for (const each of contenders) {
    const counted = each.rounds.slice(1);
    costs.push({ messages, app: each.name, cpuMs: costOf(each) });
    const times = counted.flatMap(({ times }) => times).sort((a, b) => a - b);
    rows.push({
      messages,
      app: each.name,
      'CPU ms a turn': costOf(each).toFixed(2),
      'beside the first': `${(costOf(each) / (floor ?? Number.NaN)).toFixed(2)} x`,
      'turns a second': median(counted.map(({ perSecond }) => perSecond)).toFixed(0),
      'p50 ms': times[Math.floor(times.length * 0.5)]?.toFixed(0),
      'p99 ms': times[Math.floor(times.length * 0.99)]?.toFixed(0),
      'memory MB': (await memoryMb(each.host.pid)).toFixed(0),
    });
    await each.host.kill9();
  }
  await stop();
}
console.table(rows);
if (values.plot !== undefined) await writeFile(values.plot, plotOf(costs, 'Parley'));
if (Number(values['cold-starts']) > 0) await coldStart(Number(values['cold-starts']));
