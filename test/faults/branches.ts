import { setTimeout as sleep } from 'node:timers/promises';
import { checkBranches, noBranchFaults } from './branch-checker.ts';
import { BranchSchedule } from './branch-schedule.ts';
import { inParallel } from './in-parallel.ts';
import { Random } from './random.ts';
import { byKind, type FaultRun } from './report.ts';
import { startService } from './service.ts';

/** So many schedules are under way at a time, each with a caller of its own. */
const AT_ONCE = 32;
/** One of two instances is killed in so many schedules, the first time soon. */
const KILL_EVERY = 200;
const FIRST_KILL = 20;
const LEASE_SECONDS = 4;

const settings = {
  AUTH_MODE: 'key',
  OWNER_HASH_KEY: 'the key that owners are hashed with',
  TURN_LEASE_SECONDS: String(LEASE_SECONDS),
  // No session outgrows its window.
  MAX_CONTEXT_TOKENS: '100000',
};

/**
 * Random schedules of clients that talk on, fork, edit, retry, leave and delete one conversation and its forks, over two
 * instances on one Redis, of which one is killed now and then: no turn is lost, doubled or in the wrong branch, and what
 * was forked stays as it was.
 */
export const branches: FaultRun = async ({ bundle, schedules: count, seed }) => {
  const service = await startService(bundle);
  const faults = noBranchFaults();
  const seen = {
    ...{ kills: 0, requests: 0, sessions: 0, turns: 0, forks: 0, forksOfForks: 0, answered: 0, moved: 0, busy: 0 },
    ...{ failed: 0, left: 0, cut: 0, retries: 0, deletions: 0, lostTurns: 0 },
  };
  const kills: number[] = [];
  /** A holder that died has its turns under way until their lease has ended. */
  const killed = (from: number, to: number) =>
    kills.some((at) => at > from - 1000 * (LEASE_SECONDS + 2) && at < to + 1000);
  try {
    const hosts = await Promise.all([service.start(settings), service.start(settings)]);
    const random = new Random(seed);
    const choices = Array.from({ length: count }, () => random.fork());
    let killing = Promise.resolve();
    await inParallel(choices, AT_ONCE, async (choice, number) => {
      if (number % KILL_EVERY === FIRST_KILL) {
        killing = killing.then(async () => {
          await sleep(choice.between(0, 300));
          const [victim] = hosts.splice(choice.between(0, hosts.length - 1), 1);
          kills.push(performance.now());
          await victim?.kill9();
          hosts.push(await service.start(settings));
        });
      }
      const played = await new BranchSchedule(`schedule ${number}`, choice, () => choice.pick(hosts).url).play();
      checkBranches(played, faults, killed);
      const sessions = [...played.final.values()].filter((session) => session !== undefined);
      const forks = sessions.filter(({ forked_from }) => forked_from !== undefined);
      const count = (holds: (each: (typeof played.tried)[number]) => boolean) => played.tried.filter(holds).length;
      const refused = (code: string) => count(({ outcome }) => outcome.kind === 'refused' && outcome.code === code);
      seen.requests += played.tried.length;
      seen.sessions += sessions.length;
      seen.turns += sessions.reduce((sum, { turns }) => sum + turns, 0);
      seen.forks += forks.length;
      seen.forksOfForks += forks.filter(
        ({ forked_from }) => played.final.get(forked_from?.session_id ?? '')?.forked_from !== undefined,
      ).length;
      seen.answered += count(({ outcome }) => outcome.kind === 'answered');
      seen.moved += refused('session-moved');
      seen.busy += refused('session-busy');
      seen.failed += refused('model-failed');
      seen.lostTurns += refused('turn-lost');
      seen.left += count(({ stayed }) => !stayed);
      seen.cut += count(({ outcome, stayed }) => stayed && outcome.kind === 'cut');
      seen.retries += played.tried.length - new Set(played.tried.map(({ wanted }) => wanted.message)).size;
      seen.deletions += played.deleted.size;
    });
    await killing;
    seen.kills = kills.length;
    for (const host of hosts) {
      const lines = host.logs().split('\n');
      faults.unexpected.push(...lines.filter((line) => line.startsWith('error')));
    }
  } finally {
    await service.stop();
  }
  const { counts, sentences } = byKind(faults);
  return { figures: { schedules: count, ...seen, ...counts }, faults: sentences };
};
