import type { TurnClaim } from '../../shared/conversation/ports/turn-steps.ts';
import { RedisServer } from '../../test/redis/redis-server.ts';
import { medians } from './medians.ts';
import { type Cost, costOf, inLanes } from './redis-cost.ts';
import {
  BLOCK,
  beginTurn,
  commitTurn,
  HIGH_LIMITS,
  LANES,
  newTalk,
  openStore,
  type Talk,
  takeTurn,
  talksOf,
} from './store-turns.ts';

const STEPS = 1000;
/** 500 tokens at 50 a second. */
const STREAM_SECONDS = 10;
/** How much of its core a shard is given to do; above, what waits grows. */
const BUSY = 0.7;

/** What an instance's steps of a kind cost: one at a time, and as many as an instance takes at once. */
async function stepCost(
  redis: RedisServer,
  step: (lane: number) => Promise<unknown>,
): Promise<{ alone: Cost; together: Cost }> {
  let count = 0;
  const [alone, together] = await medians([
    () => costOf([redis], STEPS / 4, 1, () => step(count++ % LANES)),
    () => costOf([redis], STEPS, LANES, step),
  ]);
  return { alone: alone as Cost, together: together as Cost };
}

export async function steps(): Promise<void> {
  const redis = await RedisServer.start();
  const store = openStore(redis);
  const young = await talksOf(store, 10);
  const old = await talksOf(store, 1000);
  const limited = openStore({ url: redis.url, limits: HIGH_LIMITS });
  const turn = await stepCost(redis, (lane) => takeTurn(store, young[lane] as Talk));
  const oldTurn = await stepCost(redis, (lane) => takeTurn(store, old[lane] as Talk));
  const keyed = await stepCost(redis, (lane) => takeTurn(store, young[lane] as Talk, true));
  const limitedTurn = await stepCost(redis, (lane) => takeTurn(limited, young[lane] as Talk));
  // What is under way of an owner is summed up where tokens are limited.
  const { owner: busy } = newTalk();
  await inLanes(1000, LANES, () => beginTurn(limited, newTalk(busy)));
  const busyTalks = Array.from({ length: LANES }, () => newTalk(busy));
  const busyTurn = await stepCost(redis, (lane) => takeTurn(limited, busyTalks[lane] as Talk));
  await limited.close();

  const claims = await Promise.all(young.map((talk) => beginTurn(store, talk)));
  const claimOf = (lane: number) => claims[lane] as TurnClaim;
  const blocks = claims.map(() => 0);
  const silent = await stepCost(redis, (lane) => store.extend(claimOf(lane), { position: 0, blocks: [] }));
  const beat = await stepCost(redis, (lane) => {
    const position = blocks[lane] as number;
    blocks[lane] = position + 1;
    return store.extend(claimOf(lane), { position, blocks: [BLOCK] });
  });
  // A follower has the turn's start, and all blocks but those that are new.
  const follow = (news: number) => (lane: number) => {
    const { owner, sessionId, turnId } = claimOf(lane);
    return store.follow(owner, sessionId, turnId, 1 + (blocks[lane] as number) - news);
  };
  const idlePoll = await stepCost(redis, follow(0));
  const poll = await stepCost(redis, follow(1));
  await Promise.all(claims.map((claim, lane) => commitTurn(store, young[lane] as Talk, claim, blocks[lane])));

  const named = {
    'turn, from 10 messages on': turn,
    'turn, from 1,000 on': oldTurn,
    'turn with a key': keyed,
    'turn with all limits': limitedTurn,
    'the same, of an owner with 1,000 under way': busyTurn,
    'beat of a silent model': silent,
    [`beat with ${BLOCK.length} tokens`]: beat,
    'poll, nothing new': idlePoll,
    'poll, a new block': poll,
  };
  console.table(
    Object.entries(named).map(([step, { alone, together }]) => ({
      step,
      'round trips': alone.roundTrips.toFixed(1),
      'commands in scripts': alone.commands.toFixed(0),
      'Redis us': alone.redis.toFixed(0),
      [`Redis us, ${LANES} at once`]: together.redis.toFixed(0),
      'script us': (alone.scripts / alone.roundTrips).toFixed(0),
      'instance us': alone.instance.toFixed(0),
    })),
  );
  carried(turn.alone, beat.alone, poll.alone);
  await store.close();
  await redis.stop();
}

/** What one shard carries of streams of 10 s: by the dearer figures, of steps that arrive one by one. */
function carried(turn: Cost, beat: Cost, poll: Cost) {
  const rows = [];
  for (const beats of [4, 2]) {
    for (const followers of [0, 1, 10]) {
      const ofStream = turn.redis + STREAM_SECONDS * (beats * beat.redis + followers * 4 * poll.redis);
      rows.push({
        'beats a second': beats,
        followers,
        'Redis us a stream': ofStream.toFixed(0),
        'of it beats': `${((STREAM_SECONDS * beats * beat.redis * 100) / ofStream).toFixed(0)} %`,
        'streams at the same time': Math.round((BUSY * 1e6 * STREAM_SECONDS) / ofStream),
      });
    }
  }
  console.table(rows);
}
