import { inParallel } from './in-parallel.ts';
import { Random } from './random.ts';
import { byKind, type FaultRun } from './report.ts';
import { Schedule } from './schedule.ts';
import { checkSchedule, noFaults } from './schedule-checker.ts';
import { startService } from './service.ts';

/** So many schedules are under way at a time, each on a session of its own. */
const AT_ONCE = 32;
/** Nobody dies here, so a lease may be longer than this machine ever stands still; no session outgrows its window. */
const settings = { TURN_LEASE_SECONDS: '10', MAX_CONTEXT_TOKENS: '100000' };

/** Random schedules of 2 to 8 clients on one session each, over two instances on one Redis. */
export const schedules: FaultRun = async ({ bundle, schedules: count, seed }) => {
  const service = await startService(bundle);
  const faults = noFaults();
  const seen = { requests: 0, turns: 0, busy: 0, retries: 0, left: 0, stops: 0, deletions: 0, joins: 0 };
  try {
    const hosts = await Promise.all([service.start(settings), service.start(settings)]);
    const urls = hosts.map(({ url }) => url);
    const random = new Random(seed);
    const choices = Array.from({ length: count }, () => random.fork());
    await inParallel(choices, AT_ONCE, async (choice, number) => {
      const played = await new Schedule(`schedule ${number}`, choice, urls).play();
      checkSchedule(played, faults);
      const { tried, deleted, joined, stops, histories } = played;
      seen.requests += tried.length;
      seen.turns += [...histories.values()].reduce((sum, messages) => sum + (messages?.length ?? 0) / 2, 0);
      seen.busy += tried.filter(({ outcome }) => outcome.kind === 'refused' && outcome.status === 409).length;
      seen.retries += tried.length - new Set(tried.map(({ wanted }) => wanted.message)).size;
      seen.left += tried.filter(({ outcome }) => outcome.kind === 'cut').length;
      seen.stops += stops;
      seen.deletions += deleted.length;
      seen.joins += joined.length;
    });
    for (const host of hosts)
      faults.unexpected.push(
        ...host
          .logs()
          .split('\n')
          .filter((line) => line.startsWith('error')),
      );
  } finally {
    await service.stop();
  }
  const { counts, sentences } = byKind(faults);
  return { figures: { schedules: count, ...seen, ...counts }, faults: sentences };
};
