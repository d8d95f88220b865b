import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalHost } from '../host/start-host.ts';
import { messageOf } from '../upstream/remembering-model.ts';
import { Random } from './random.ts';
import { byKind, type FaultRun } from './report.ts';
import { startService } from './service.ts';
import { type Ask, askTurn, isAway, stopTurn, type Usage } from './talk.ts';
import { miscounted, TokenLedger } from './token-ledger.ts';

/** Of a minute; room for some ten turns at once. */
const LIMIT = 4000;
const settings = {
  TOKEN_LIMIT_PER_MINUTE: String(LIMIT),
  TOKEN_LIMIT_PER_DAY: '1000000000',
  MAX_CONTEXT_TOKENS: '2000',
  MAX_OUTPUT_TOKENS: '200',
  // Longer than a machine stands still, so that none but the killed lose a turn.
  TURN_LEASE_SECONDS: '5',
};
const SCHEDULES_PER_ROUND = 40;
/** More than a round takes to use up the limit. */
const ROUND_SECONDS = 15;
/** In every so many rounds, the first of them too, one instance is killed. */
const KILL_EVERY = 5;

/** How a turn goes. */
const endings = { succeed: 6, fail: 2, stop: 2, disconnect: 2 };

/**
 * Turns that succeed, fail, are stopped, left or killed contend for the tokens of a minute, while an auditor reads the
 * books: what is used and what is reserved is never over the limit, and in the end nothing is reserved, no less is
 * counted than what is stored with the turns, and that is what clients were told.
 */
export const tokensLimit: FaultRun = async ({ bundle, schedules: count, seed }) => {
  const service = await startService(bundle);
  const random = new Random(seed);
  const ledger = new TokenLedger(service.redis.url, LIMIT);
  const watching = ledger.watch();
  const found = { over: ledger.over, leaked: [] as string[], miscounted: [] as string[], unexpected: [] as string[] };
  const seen = { turns: 0, answered: 0, limited: 0, failed: 0, left: 0, kills: 0 };
  try {
    const hosts = await Promise.all([service.start(settings), service.start(settings)]);
    const kill = async () => {
      seen.kills += 1;
      await sleep(random.between(20, 400));
      const [victim] = hosts.splice(random.between(0, hosts.length - 1), 1);
      await victim?.kill9();
      hosts.push(await service.start(settings));
    };
    for (let played = 0, round = 0; played < count; round += 1) {
      await ledger.untilMinuteHas(ROUND_SECONDS);
      await ledger.clear();
      const told = new Map<string, Usage>();
      const width = Math.min(SCHEDULES_PER_ROUND, count - played);
      const clients = Array.from({ length: width }, () => play(random.fork(), hosts, told, seen, found.unexpected));
      const replaced = round % KILL_EVERY === 0 ? kill() : undefined;
      await Promise.all([...clients, replaced]);
      await ledger.quiet();
      await checkBooks(round, ledger, told, found);
      played += width;
    }
  } finally {
    ledger.close();
    await watching;
    await service.stop();
  }
  const { counts, sentences } = byKind(found);
  const looks = { looks: ledger.looks, limit: LIMIT, mostUsedAndReserved: ledger.most };
  return { figures: { schedules: count, ...seen, ...looks, ...counts }, faults: sentences };
};

/** One client: a few turns on a session of its own. */
async function play(
  random: Random,
  hosts: readonly LocalHost[],
  told: Map<string, Usage>,
  seen: Record<'turns' | 'answered' | 'limited' | 'failed' | 'left', number>,
  unexpected: string[],
): Promise<void> {
  let sessionId: string | undefined;
  for (let turn = random.between(1, 3); turn > 0; turn -= 1) {
    await sleep(random.between(0, 100));
    const ending = random.weighted(endings);
    const { url } = random.pick(hosts);
    const ask: Ask = {
      message: wish(random, ending === 'fail'),
      sessionId,
      stream: ending === 'stop' || random.chance(0.5),
    };
    if (ending === 'disconnect') ask.signal = AbortSignal.timeout(random.between(5, 200));
    let stopping: Promise<unknown> | undefined;
    if (ending === 'stop') {
      ask.onStarted = (id) => {
        stopping = stopLater(random, hosts, id);
      };
    }
    const outcome = await askTurn(url, ask);
    await stopping;
    seen.turns += 1;
    if (outcome.kind === 'answered') {
      seen.answered += 1;
      sessionId = outcome.sessionId;
      if (outcome.text !== '') told.set(outcome.turnId, outcome.usage);
    } else if (outcome.kind === 'cut') seen.left += 1;
    else if (outcome.code === 'token-limit-exceeded') seen.limited += 1;
    else if (outcome.code === 'model-failed') seen.failed += 1;
    // A turn that goes on after its client hung up keeps the session busy.
    else if (outcome.code !== 'session-busy' && !isAway(outcome)) unexpected.push(`${outcome.status} ${outcome.code}`);
  }
}

async function stopLater(random: Random, hosts: readonly LocalHost[], sessionId: string): Promise<void> {
  await sleep(random.between(0, 200));
  await stopTurn(random.pick(hosts).url, sessionId);
}

function wish(random: Random, fails: boolean): string {
  const wanted = { words: random.between(0, 30), delayMs: random.between(0, 15), costly: true };
  return messageOf('tokens', { ...wanted, fails: fails ? (random.chance(0.2) ? 'at-once' : 'at-last') : undefined });
}

async function checkBooks(
  round: number,
  ledger: TokenLedger,
  told: Map<string, Usage>,
  found: Record<'leaked' | 'miscounted', string[]>,
): Promise<void> {
  const { reserved, minute, day } = await ledger.balance();
  const stored = await ledger.stored();
  if (reserved > 0) found.leaked.push(`round ${round}: ${reserved} reserved by nobody`);
  for (const [window, seconds] of [
    [minute, 60],
    [day, 86_400],
  ] as const) {
    const fault = stored.size === 0 ? undefined : miscounted(window, seconds, stored.values());
    if (fault !== undefined) found.miscounted.push(`round ${round}: ${fault}`);
  }
  for (const [turn, usage] of told) {
    const kept = stored.get(turn)?.usage;
    if (JSON.stringify(kept) !== JSON.stringify(usage)) found.miscounted.push(`${turn}: told ${JSON.stringify(usage)}`);
  }
}
