import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build } from '../../local/build.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { startUpstreamProcess } from '../upstream/upstream-process.ts';
import { type AnsweredTurn, checkConversations } from './conversation-checker.ts';

// Clients talk on shared sessions to two hosts on one Redis, while the hosts are killed in mid-turn, and then what is
// stored is held against what was answered.
const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '8' },
    turns: { type: 'string', default: '1000' },
    kills: { type: 'string', default: '20' },
    sessions: { type: 'string', default: '6' },
  },
});
const [clients, turns, kills, sessions] = [values.clients, values.turns, values.kills, values.sessions].map(Number) as [
  number,
  number,
  number,
  number,
];

const redis = await RedisServer.start();
const upstream = await startUpstreamProcess({ delayMs: 4 });
const env = {
  REDIS_URL: redis.url,
  OPENAI_BASE_URL: upstream.baseUrl,
  OPENAI_MODEL: 'scripted',
  TURN_LEASE_SECONDS: '1',
};
const directory = '.cache/faults';
await build({ directory });
const start = () => startHost({ env, bundle: `${directory}/functions.js` });
const hosts: LocalHost[] = await Promise.all([start(), start()]);

const answered: AnsweredTurn[] = [];
const shared: (string | null)[] = Array.from({ length: sessions }, () => null);
const seen = { busy: 0, cut: 0, failed: 0 };
let running = clients;

/** Sends one message until it is answered, with one key, to whichever host is there. */
async function send(message: string): Promise<void> {
  const place = Math.floor(Math.random() * shared.length);
  const key = randomUUID();
  const body = JSON.stringify({ session_id: shared[place], message });
  for (;;) {
    const host = hosts[Math.floor(Math.random() * hosts.length)] as LocalHost;
    try {
      const response = await fetch(`${host.url}/chat`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body,
      });
      const answer = (await response.json()) as Record<string, string>;
      if (response.status === 200) {
        const { session_id: sessionId = '', turn_id: turnId = '', response: text = '' } = answer;
        answered.push({ sessionId, turnId, message, response: text });
        shared[place] ??= sessionId;
        return;
      }
      if (response.status === 409) seen.busy += 1;
      else seen.failed += 1;
    } catch {
      seen.cut += 1;
    }
    await sleep(5 + Math.random() * 20);
  }
}

async function killNowAndThen(): Promise<number> {
  let killed = 0;
  while (running > 0 && killed < kills) {
    await sleep(300 + Math.random() * 1500);
    if (running === 0) break;
    const place = killed % hosts.length;
    await (hosts[place] as LocalHost).kill9();
    killed += 1;
    hosts[place] = await start();
  }
  return killed;
}

const startedAt = performance.now();
const killer = killNowAndThen();
await Promise.all(
  Array.from({ length: clients }, async (_, client) => {
    for (let turn = 0; turn < turns; turn += 1) await send(`client ${client} turn ${turn}`);
    running -= 1;
  }),
);
const killed = await killer;
const seconds = (performance.now() - startedAt) / 1000;
const verdict = await checkConversations(redis.url, answered, (message) => upstream.answerTo(message));
await Promise.all(hosts.map((host) => host.stop()));
await upstream.stop();
await redis.stop();

const { storedTurns, ...faults } = verdict;
console.log(
  `${clients} clients x ${turns} turns on ${sessions} sessions, 2 hosts, ${killed} killed with -9: ${seconds.toFixed(0)} s`,
);
console.log(`answered ${answered.length}, stored ${storedTurns}; on the way: ${JSON.stringify(seen)}`);
for (const [fault, found] of Object.entries(faults)) console.log(`${fault}: ${found.length}`, ...found.slice(0, 3));
process.exitCode =
  Object.values(faults).every((found) => found.length === 0) && answered.length === clients * turns ? 0 : 1;
