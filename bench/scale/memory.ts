import { Redis } from 'ioredis';
import { RedisServer } from '../../test/redis/redis-server.ts';
import { inLanes } from './redis-cost.ts';
import { LANES, newTalk, openStore, type Talk, takeSummaries, takeTurn, talksOf } from './store-turns.ts';

/** Bytes of all keys of an owner, by the kind of the key. */
async function bytesOf(reader: Redis, owner: string): Promise<Record<string, number>> {
  const bytes: Record<string, number> = {};
  for (const key of await reader.keys(`chat:{${owner}}:*`)) {
    const kind = key.split(':')[2] as string;
    bytes[kind] = (bytes[kind] ?? 0) + Number(await reader.memory('USAGE', key, 'SAMPLES', 0));
  }
  return bytes;
}

/** What sessions take of Redis' memory, by their messages; bytes. */
export async function memory(): Promise<void> {
  const redis = await RedisServer.start();
  const store = openStore(redis);
  const reader = new Redis(redis.url);
  const rows = [];
  for (const messages of [2, 10, 100, 1000]) {
    const talk = newTalk();
    while (talk.messages < messages) await takeTurn(store, talk);
    const { session = 0, messages: texts = 0, replay = 0, turns = 0, ...owner } = await bytesOf(reader, talk.owner);
    const all = session + texts + replay + turns;
    const ofOwner = Object.values(owner).reduce((sum, each) => sum + each, 0);
    rows.push({
      messages,
      session,
      texts,
      replay,
      turns,
      all,
      'a turn': Math.round(all / (messages / 2)),
      owner: ofOwner,
    });
  }
  console.table(rows);
  for (const summaries of [0, 1, 2, 3]) {
    const talk = newTalk();
    while (talk.messages < 98) await takeTurn(store, talk);
    await takeSummaries(store, talk, summaries);
    console.log(`${summaries} summaries: ${(await bytesOf(reader, talk.owner))['session']} bytes of the session`);
  }
  // By the server's own count, which has what stands beside the keys too.
  const used = async () => Number(/used_memory:(\d+)/.exec(await reader.info('memory'))?.[1]);
  const grow = async (turns: number, keyed: boolean) => {
    const talks = await talksOf(store, 2);
    const before = await used();
    await inLanes(turns * LANES, LANES, (lane) => takeTurn(store, talks[lane] as Talk, keyed));
    return ((await used()) - before) / (turns * LANES);
  };
  for (const turns of [100, 300]) {
    const [plain, keyed] = [await grow(turns, false), await grow(turns, true)];
    console.log(`${turns} turns of an owner: ${plain.toFixed(0)} bytes each, ${keyed.toFixed(0)} with a key`);
  }
  reader.disconnect();
  await store.close();
  await redis.stop();
}
