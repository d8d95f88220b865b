import { Redis } from 'ioredis';
import { RedisCluster } from '../test/redis/redis-cluster.ts';
import { RedisServer } from '../test/redis/redis-server.ts';
import { median } from './median.ts';
import { type Cost, costOf, inLanes } from './redis-cost.ts';
import {
  BLOCK,
  beginTurn,
  commitTurn,
  HIGH_LIMITS,
  newTalk,
  openStore,
  type Store,
  type Talk,
  takeTurn,
} from './store-turns.ts';

// What Redis has to do for a turn, for a stream and for those who follow it, what a session takes of its memory, and
// whether the sum grows with the shards. Medians of five rounds. docs/scale.md reads it.
// Run: npm run bench:scale

const ROUNDS = 5;
const STEPS = 1000;
const LANES = 64;

const redis = await RedisServer.start();
const store = openStore(redis);
const reader = new Redis(redis.url);

/** Runs a measurement in rounds, the first of which warms up and is not counted. */
async function medianOf(round: () => Promise<Cost>): Promise<Cost> {
  const rounds: Cost[] = [];
  for (let count = 0; count <= ROUNDS; count++) rounds.push(await round());
  const counted = rounds.slice(1);
  const middle = (name: Exclude<keyof Cost, 'shares'>) => median(counted.map((each) => each[name]));
  return {
    redis: middle('redis'),
    scripts: middle('scripts'),
    roundTrips: middle('roundTrips'),
    commands: middle('commands'),
    instance: middle('instance'),
    perSecond: middle('perSecond'),
    shares: counted[0]?.shares.map((_, place) => median(counted.map(({ shares }) => shares[place] ?? 0))) ?? [],
  };
}

async function talksOf(messages: number, on: Store = store): Promise<Talk[]> {
  const talks = Array.from({ length: LANES }, () => newTalk());
  await inLanes(LANES, LANES, async (lane) => {
    const talk = talks[lane] as Talk;
    while (talk.messages < messages) await takeTurn(on, talk);
  });
  return talks;
}

/** One step of each kind, alone and beside as many as an instance takes at the same time. */
async function stepRow(name: string, step: (lane: number) => Promise<unknown>) {
  const alone = await medianOf(() => costOf([redis], STEPS / 4, 1, step));
  const together = await medianOf(() => costOf([redis], STEPS, LANES, step));
  return {
    step: name,
    'Redis us, alone': alone.redis.toFixed(0),
    [`${LANES} at once`]: together.redis.toFixed(0),
    'of it scripts': together.scripts.toFixed(0),
    'round trips': together.roundTrips.toFixed(1),
    'commands in scripts': together.commands.toFixed(0),
    'instance us': together.instance.toFixed(0),
  };
}

async function steps() {
  const rows = [];
  const young = await talksOf(10);
  rows.push(await stepRow('turn, from 10 messages on', (lane) => takeTurn(store, young[lane] as Talk)));
  const old = await talksOf(1000);
  rows.push(await stepRow('turn, from 1,000 on', (lane) => takeTurn(store, old[lane] as Talk)));
  rows.push(await stepRow('turn with a key', (lane) => takeTurn(store, young[lane] as Talk, true)));
  const limited = openStore({ url: redis.url, limits: HIGH_LIMITS });
  rows.push(await stepRow('turn with three limits', (lane) => takeTurn(limited, young[lane] as Talk)));
  await limited.close();

  const claims = await Promise.all(young.map((talk) => beginTurn(store, talk)));
  const beats = claims.map(() => 0);
  const claimOf = (lane: number) => claims[lane] as (typeof claims)[number];
  rows.push(await stepRow('beat, silent', (lane) => store.extend(claimOf(lane), { position: 0, blocks: [] })));
  const beat = async (lane: number) => {
    await store.extend(claimOf(lane), { position: beats[lane] ?? 0, blocks: [BLOCK] });
    beats[lane] = (beats[lane] ?? 0) + 1;
  };
  rows.push(await stepRow(`beat with ${BLOCK.length} tokens`, beat));
  // A follower asks for what is behind the entries that it has: the turn's start, and all blocks but those that are new.
  const follow = (entries: number) => (lane: number) => {
    const { owner, sessionId, turnId } = claimOf(lane);
    return store.follow(owner, sessionId, turnId, (beats[lane] ?? 0) + 1 - entries);
  };
  rows.push(await stepRow('poll, nothing new', follow(0)));
  rows.push(await stepRow('poll, a new block', follow(1)));
  await Promise.all(claims.map((claim, lane) => commitTurn(store, young[lane] as Talk, claim, beats[lane])));
  console.table(rows);
}

/** Bytes of all keys of an owner, by the kind of the key. */
async function bytesOf(owner: string): Promise<Record<string, number>> {
  const bytes: Record<string, number> = {};
  for (const key of await reader.keys(`chat:{${owner}}:*`)) {
    const kind = key.split(':')[2] as string;
    bytes[kind] = (bytes[kind] ?? 0) + Number(await reader.memory('USAGE', key, 'SAMPLES', 0));
  }
  return bytes;
}

async function memory() {
  const rows = [];
  for (const messages of [2, 10, 100, 1000]) {
    const talk = newTalk();
    while (talk.messages < messages) await takeTurn(store, talk);
    const { session = 0, messages: texts = 0, replay = 0, turns = 0, ...owner } = await bytesOf(talk.owner);
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
  const [plain, keyed] = [newTalk(), newTalk()];
  for (let turn = 0; turn < 1000; turn++) {
    await takeTurn(store, plain);
    await takeTurn(store, keyed, true);
  }
  const sum = (bytes: Record<string, number>) => Object.values(bytes).reduce((total, each) => total + each, 0);
  const [without, withKeys] = [await bytesOf(plain.owner), await bytesOf(keyed.owner)];
  console.log(`a key adds ${((sum(withKeys) - sum(without)) / 1000).toFixed(0)} bytes a turn`);
}

/** Of clients that an instance brings. */
async function connections(servers: readonly RedisServer[], cluster: boolean): Promise<number[]> {
  const count = async ({ url }: RedisServer) => {
    const client = new Redis(url);
    const own = Number(/connected_clients:(\d+)/.exec(await client.info('clients'))?.[1]);
    client.disconnect();
    return own;
  };
  const before = await Promise.all(servers.map(count));
  const instance = openStore({ url: (servers[0] as RedisServer).url, cluster });
  await inLanes(300, LANES, () => takeTurn(instance, newTalk()));
  const after = await Promise.all(servers.map(count));
  await instance.close();
  return after.map((each, place) => each - (before[place] ?? 0));
}

async function shards() {
  const cluster = await RedisCluster.start();
  const spread = openStore({ url: cluster.url, cluster: true });
  const many = Array.from({ length: 1000 }, () => newTalk());
  const manyOwners = (on: Store) => {
    let next = 0;
    return () => takeTurn(on, many[next++ % many.length] as Talk);
  };
  const hot = Array.from({ length: LANES }, () => newTalk('hot'));
  const oneOwner = (lane: number) => takeTurn(spread, hot[lane] as Talk);
  const rows = [];
  const row = async (name: string, servers: readonly RedisServer[], step: (lane: number) => Promise<unknown>) => {
    const cost = await medianOf(() => costOf(servers, 3 * STEPS, LANES, step));
    const shares = cost.shares.map((share) => `${(share * 100).toFixed(0)} %`).join(' ');
    rows.push({
      turns: name,
      'Redis us a turn': cost.redis.toFixed(0),
      shares,
      'turns a second': cost.perSecond.toFixed(0),
    });
  };
  await row('1,000 owners, 1 master', [redis], manyOwners(store));
  for (const talk of many) Object.assign(talk, newTalk(talk.owner));
  await row('1,000 owners, 3 masters', cluster.nodes, manyOwners(spread));
  await row('one owner, 3 masters', cluster.nodes, oneOwner);
  console.table(rows);
  console.log('connections an instance', {
    'one server': await connections([redis], false),
    cluster: await connections(cluster.nodes, true),
  });
  await spread.close();
  await cluster.stop();
}

await steps();
await memory();
await shards();
reader.disconnect();
await store.close();
await redis.stop();
