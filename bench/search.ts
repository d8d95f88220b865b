import { randomUUID } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Redis } from 'ioredis';
import { embedTextInNode } from '../local/embedded-text.ts';
import { queryOf } from '../shared/conversation/query.ts';
import { searchSessions } from '../shared/conversation/search-sessions.ts';
import { RedisServer } from '../test/redis/redis-server.ts';
import { median } from './median.ts';

// What a search of many sessions costs, on Redis, where nothing is found, so that all is read, and where the first page is
// full of hits: its time, how often it reads, and how often it waits for Redis, as reads go side by side.
// Run: npx node bench/search.ts [sessions] [messages of each]

embedTextInNode();
const { RedisConnection } = await import('../shared/sessions/redis/redis-connection.ts');
const { RedisSessionStore } = await import('../shared/sessions/redis/redis-session-store.ts');
const { sessionKeys } = await import('../shared/sessions/redis/session-keys.ts');

const [sessions = 200, messages = 20] = process.argv.slice(2).map(Number);
const TIMES = 21;
const OWNER = 'owner';

const server = await RedisServer.start();
const redis = new Redis(server.url);

class CountedConnection extends RedisConnection {
  reads = 0;
  /** How often all that was asked side by side had been answered, and more was asked. */
  waits = 0;
  #running = 0;

  override async run<T>(commands: Parameters<typeof RedisConnection.prototype.run<T>>[0]): Promise<T> {
    this.reads += 1;
    if (this.#running === 0) this.waits += 1;
    this.#running += 1;
    try {
      return await super.run(commands);
    } finally {
      this.#running -= 1;
    }
  }
}
const connection = new CountedConnection({ url: server.url, cluster: false, waitReplicas: 0, auth: 'url' });
const store = new RedisSessionStore(connection, {
  ...{ sessionSeconds: 3600, leaseSeconds: 10 },
  limits: { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 0 },
});

/** As turns leave them: a question of some 200 characters, an answer of some 1,200. */
const keys = sessionKeys(OWNER);
const words = 'Was ist die beste Größe für eine Straße in dieser Gegend, and what does it cost? '.split(' ');
const text = (length: number) =>
  Array.from({ length }, () => words[Math.floor(Math.random() * words.length)]).join(' ');
for (let session = 0; session < sessions; session += 1) {
  const id = randomUUID();
  const stored = Array.from({ length: messages }, (_, at) => {
    const turn_id = randomUUID();
    const [role, content] = at % 2 === 0 ? ['user', text(40)] : ['assistant', text(240)];
    return JSON.stringify({ id: `${turn_id}-${at}`, role, content, timestamp: new Date().toISOString(), turn_id });
  });
  await redis
    .pipeline()
    .hset(keys.session(id), { assistant: 'default', title: text(5), created: 1, updated: 1, turns: messages / 2 })
    .rpush(keys.messages(id), ...stored)
    .zadd(keys.index, Date.now() * 1000 + session, id)
    .exec();
}

const rows = [];
for (const words of ['needle', 'strasse grosse']) {
  const query = queryOf(words);
  if (query === undefined) throw new Error('no query');
  const times: number[] = [];
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let found: Awaited<ReturnType<typeof searchSessions>> = 'unknown-page';
  for (let time = 0; time < TIMES; time += 1) {
    connection.reads = 0;
    connection.waits = 0;
    if (time === 1) delay.enable();
    const start = performance.now();
    found = await searchSessions(store, OWNER, query, { limit: 50, before: undefined });
    times.push(performance.now() - start);
  }
  delay.disable();
  if (found === 'unknown-page') throw new Error(found);
  rows.push({
    words,
    ...{ hits: found.hits.length, complete: found.isComplete, reads: connection.reads, waits: connection.waits },
    ...{ 'ms, median': median(times).toFixed(1), 'ms, longest': Math.max(...times).toFixed(1) },
    'ms the event loop was held up at most': (delay.max / 1e6).toFixed(1),
  });
}
console.log(`${sessions} sessions of ${messages} messages`);
console.table(rows);

await store.close();
redis.disconnect();
await server.stop();
