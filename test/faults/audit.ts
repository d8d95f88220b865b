import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { build } from '../../local/build.ts';
import { Client, framesOf } from '../end-to-end/client.ts';
import { startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import type { Script } from '../upstream/script.ts';
import { echo, ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { checkAudit, type Told } from './audit-checker.ts';
import { type FailingSink, failingBlob, failingFile } from './failing-sinks.ts';
import { lateRecord } from './late-record.ts';

// Turns on shared sessions, with AUDIT_REQUIRED, while the model fails in every way, callers stop, connections to Redis
// are killed and the sink fails; then the records are held against what is stored and what clients were told.
// Run: npx node test/faults/audit.ts [--turns 1000] [--seed 1] [--sink file|blob|both] [--sabotage]
const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    sink: { type: 'string', default: 'both' },
    clients: { type: 'string', default: '8' },
    /** Writes records after the commit: the run has to find that. */
    sabotage: { type: 'boolean', default: false },
  },
});
const turns = Number(values.turns);

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = randomOf(Number(values.seed));
const chance = (part: number) => random() < part;
const oneOf = <T>(choices: readonly T[]) => choices[Math.floor(random() * choices.length)] as T;

/** What the model does to one request; mostly it answers. */
const modelFaults: Script[] = [
  { status: 500, body: {} },
  { status: 429, headers: { 'retry-after': '300' }, body: {} },
  { status: 429, headers: { 'retry-after-ms': '20' }, body: {} },
  { deltas: ['half'], ending: 'cut' },
  { deltas: [], ending: 'cut' },
  { status: 400, body: { error: { code: 'content_filter', message: 'filtered' } } },
  { deltas: ['some'], finishReason: 'content_filter' },
];

async function run(sink: FailingSink, bundle: string) {
  const redis = await RedisServer.start();
  const killer = new Redis(redis.url);
  const upstream = await ScriptedUpstream.start((request) => {
    upstream.requests.length = 0;
    return chance(0.12) ? oneOf(modelFaults) : { ...echo(request), delayMs: Math.floor(random() * 30) };
  });
  const host = await startHost({
    bundle,
    env: {
      ...{ REDIS_URL: redis.url, TURN_LEASE_SECONDS: '2', AUDIT_REQUIRED: 'true', AUDIT_CONTENT: 'hash' },
      ...{ OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' },
      ...sink.env,
    },
  });
  const client = new Client(host.url);
  const told: Told[] = [];
  const sessions: (string | null)[] = Array.from({ length: 40 }, () => null);
  const faults = { kills: 0, sinkFailures: 0 };
  let left = turns;

  async function turn(number: number): Promise<void> {
    const place = Math.floor(random() * sessions.length);
    const assistant = chance(0.02) ? { assistant: 'nobody' } : {};
    const body = { session_id: sessions[place], message: `turn ${number} of many`, ...assistant };
    const isStreamed = chance(0.5);
    const willStop = isStreamed && chance(0.2);
    const response = await client.post(isStreamed ? '/chat/stream' : '/chat', body);
    const requestId = response.headers.get('x-request-id') ?? '';
    if (!isStreamed || response.status !== 200) {
      const { code: failure, turn_id: turnId, session_id } = (await response.json()) as Record<string, string>;
      told.push({ requestId, turnId, failure });
      if (failure === undefined) sessions[place] ??= session_id ?? null;
      return;
    }
    // biome-ignore lint/suspicious/noExplicitAny: frames are read as they come
    const frames: any[] = [];
    for await (const { data } of framesOf(response)) {
      frames.push(data === '[DONE]' ? data : JSON.parse(data));
      if (willStop && frames.length === 1) await client.post('/chat/stop', { session_id: frames[0].session_id });
    }
    const failure = frames.findLast((frame) => frame.error !== undefined)?.error.code;
    const isEmpty = !frames.some((frame) => frame.token !== undefined);
    told.push({ requestId, turnId: frames[0].turn_id, failure, isEmpty });
    if (failure === undefined && !isEmpty) sessions[place] ??= frames[0].session_id;
  }

  async function breakThings(): Promise<void> {
    while (left > 0) {
      await sleep(100 + random() * 500);
      if (faults.sinkFailures > 0 && chance(0.5)) {
        await killer.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        faults.kills += 1;
      } else {
        await sink.fail();
        faults.sinkFailures += 1;
        // Mostly short; some longer than the patience of a turn at this lease, 1.6 s.
        await sleep(chance(0.2) ? 2500 : 50 + random() * 400);
        await sink.heal();
      }
    }
  }

  const startedAt = performance.now();
  const breaking = breakThings();
  const talk = async () => {
    while (left > 0) {
      await turn(left--);
      // A caller who was refused does not come back at once.
      if (told.at(-1)?.failure !== undefined) await sleep(random() * 50);
    }
  };
  await Promise.all(Array.from({ length: Number(values.clients) }, talk));
  await breaking;
  await host.stop();
  const seconds = (performance.now() - startedAt) / 1000;
  const { committed, records, missing, unfollowed, ...found } = await checkAudit(redis.url, await sink.lines(), told);
  const lost = Math.max(
    0,
    ...[...host.logs().matchAll(/record was lost, (\d+) since/g)].map(([, count]) => Number(count)),
  );
  killer.disconnect();
  await Promise.all([upstream.stop(), redis.stop(), sink.stop()]);

  const codes: Record<string, number> = {};
  for (const { failure = 'answered' } of told) codes[failure] = (codes[failure] ?? 0) + 1;
  console.log(`${told.length} turns in ${seconds.toFixed(0)} s, faults: ${JSON.stringify(faults)}`);
  console.log(`clients were told: ${JSON.stringify(codes)}`);
  console.log(`stored ${committed} turns, kept ${records} records, complained of ${lost} that were lost`);
  for (const [fault, which] of Object.entries(found)) console.log(`  ${fault}: ${which.length}`, ...which.slice(0, 3));
  // What has no turn may lack its record, where the log has said that it was lost.
  const without = [...missing, ...unfollowed];
  console.log(
    `  without a record that was lost: ${without.length}`,
    ...(without.length > lost ? without.slice(0, 3) : []),
  );
  return told.length === turns && without.length <= lost && Object.values(found).every((which) => which.length === 0);
}

const directory = `.cache/faults-audit${values.sabotage ? '-sabotaged' : ''}`;
await build({ directory, plugins: values.sabotage ? [lateRecord] : [] });
const sinks = { file: failingFile, blob: failingBlob };
let isSound = true;
for (const [name, start] of Object.entries(sinks)) {
  if (values.sink !== 'both' && values.sink !== name) continue;
  console.log(`${name} sink, seed ${values.seed}${values.sabotage ? ', records written after the commit' : ''}:`);
  isSound = (await run(await start(), `${directory}/functions.js`)) && isSound;
}
console.log(isSound ? 'sound' : 'NOT SOUND');
process.exitCode = isSound ? 0 : 1;
