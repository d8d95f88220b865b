import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { keyedHash } from '../../shared/platform/keyed-hash.ts';
import { eventually } from '../eventually.ts';
import type { LocalHost } from '../host/start-host.ts';
import { promptTokensOf, tokensOf } from '../upstream/token-bill.ts';
import { inParallel } from './in-parallel.ts';
import { Random } from './random.ts';
import { byKind, type FaultRun } from './report.ts';
import { type Service, startService } from './service.ts';
import { Standstills } from './standstills.ts';
import { checkSummaries, noSummaryFaults } from './summary-checker.ts';
import { type Call, SummaryModel } from './summary-model.ts';
import { type PlayedFacts, SummarySchedule } from './summary-schedule.ts';
import { askTurn } from './talk.ts';

const AT_ONCE = 16;
/** One of two instances is killed in so many schedules, the first time soon, while a summary is asked for. */
const KILL_EVERY = 100;
const FIRST_KILL = 10;
const LEASE_SECONDS = 4;
const BUDGET = 600;
/** The service counts each instruction to summarise as its longest, which has so many tokens more than the shortest. */
const INSTRUCTION = 60;
const KEY = 'the key that owners are hashed with';
/** Of a minute: room for some fifteen turns, and at last for their summaries no more. */
const LIMIT = 9000;

const settings = {
  AUTH_MODE: 'key',
  OWNER_HASH_KEY: KEY,
  MAX_CONTEXT_TOKENS: String(BUDGET),
  MAX_OUTPUT_TOKENS: '60',
  TOKEN_LIMIT_PER_MINUTE: String(LIMIT),
  TOKEN_LIMIT_PER_DAY: '1000000000',
  TURN_LEASE_SECONDS: String(LEASE_SECONDS),
};

/**
 * Callers tell fact after fact, over two instances of which one is killed now and then; summaries are early, late, bad or
 * none; turns are stopped, left and deleted. No turn is lost or doubled, what a prompt does not hold is in a summary or
 * reported as dropped, and is dropped only where there was no room; every call is paid, and nothing stays reserved.
 */
export const summaries: FaultRun = async ({ bundle, schedules: count, seed }) => {
  const [service, model] = await Promise.all([startService(bundle), SummaryModel.open()]);
  const redis = new Redis(service.redis.url);
  const standstills = new Standstills(service.redis.url);
  const faults = {
    ...noSummaryFaults(),
    under: [] as string[],
    dear: [] as string[],
    leaked: [] as string[],
    unexpected: [] as string[],
  };
  const seen = {
    ...{ turns: 0, summarised: 0, incomplete: 0, summaries: 0 },
    ...{
      kills: 0,
      asked: 0,
      answered: 0,
      stopped: 0,
      limited: 0,
      cut: 0,
      deletions: 0,
      summaryCalls: 0,
      charged: 0,
      died: 0,
    },
  };
  const kills: number[] = [];
  const hosts = await Promise.all([startWarm(service, model), startWarm(service, model)]);
  try {
    const random = new Random(seed);
    const choices = Array.from({ length: count }, () => random.fork());
    let killing = Promise.resolve();
    const kill = async (choice: Random) => {
      await sleep(choice.between(0, 60));
      const [victim] = hosts.splice(choice.between(0, hosts.length - 1), 1);
      kills.push(performance.now());
      await victim?.kill9();
      hosts.push(await startWarm(service, model));
    };
    await inParallel(choices, AT_ONCE, async (choice, number) => {
      if (number % KILL_EVERY === FIRST_KILL) {
        model.onSummary = () => {
          model.onSummary = () => {};
          killing = killing.then(() => kill(choice));
        };
      }
      const caller = `caller ${number}`;
      const startedOn = today();
      const played = await new SummarySchedule(caller, choice, model, () => choice.pick(hosts).url).play();
      const calls = model.callsOf(caller);
      checkSummaries(played, calls, BUDGET, seen, faults);
      // What could not be settled with a store that was away is left as by one who died.
      const wasLeft = () => kills.some((at) => at > played.startedAt) || standstills.since(played.startedAt);
      const account = await accountOf(redis, caller, wasLeft, faults.leaked);
      // The books of a day were closed in between.
      if (today() === startedOn) checkBill(played, calls, account, wasLeft(), faults);
      tally(played, calls, account, seen);
    });
    await killing;
    seen.kills = kills.length;
    for (const host of hosts) {
      faults.unexpected.push(
        ...host
          .logs()
          .split('\n')
          .filter((line) => line.startsWith('error')),
      );
    }
  } finally {
    redis.disconnect();
    await standstills.stop();
    await Promise.all([service.stop(), model.close()]);
  }
  const { counts, sentences } = byKind(faults);
  return { figures: { schedules: count, ...seen, ...counts }, faults: sentences };
};

/** The day, since 1970. */
const today = () => Math.floor(Date.now() / 86_400_000);

/** An instance whose tokeniser is loaded: until then it counts by bounds. */
async function startWarm(service: Service, model: SummaryModel): Promise<LocalHost> {
  const host = await service.start({ ...settings, OPENAI_BASE_URL: model.baseUrl });
  for (;;) {
    // Only an exact count is kept, and only so is the message small enough.
    const outcome = await askTurn(host.url, { message: ' the'.repeat(400), user: host.url });
    if (outcome.kind === 'answered') return host;
    await sleep(20);
  }
}

interface Account {
  used: number;
  /** Reserved by turns that died. */
  died: number[];
}

/** Read by raw commands, once nothing is reserved for what still runs. */
async function accountOf(redis: Redis, user: string, wasLeft: () => boolean, leaked: string[]): Promise<Account> {
  const owner = keyedHash(KEY)('owner', 'key', user);
  const read = async () => {
    const replies = await redis
      .multi()
      .hgetall(`chat:{${owner}}:tokens`)
      .zrange(`chat:{${owner}}:reservations`, '0', '-1')
      .exec();
    const [{ day_used = 0 }, members] = (replies ?? []).map(([, reply]) => reply) as [Record<string, string>, string[]];
    return { used: Number(day_used), died: members.map((member) => Number(member.split(':')[1])) };
  };
  // One leak is enough: of further ones nobody waits for the end.
  const isSettled = async () => wasLeft() || leaked.length > 0 || (await read()).died.length === 0;
  const isLeak = await eventually(isSettled, 15_000).then(
    () => false,
    () => true,
  );
  // What a dead holder reserved stays; the last calls of the others end soon.
  if (wasLeft()) await sleep(1000);
  const account = await read();
  if (isLeak) leaked.push(`${user}: ${account.died} reserved by nobody`);
  return account;
}

/** What was charged is what the model's own books have. */
function checkBill(
  { caller, told }: PlayedFacts,
  calls: readonly Call[],
  { used, died }: Account,
  wasLeft: boolean,
  faults: Record<'under' | 'dear', string[]>,
): void {
  const heard = new Set(
    told
      .filter(({ outcome }) => outcome.kind === 'answered' && outcome.finishReason === 'stop')
      .map(({ message }) => message),
  );
  let [least, most, longest] = [0, 0, 0];
  const summaries = calls.filter(({ summary }) => summary !== undefined).length;
  for (const { request, summary } of calls) {
    if (summary === 'failed') continue;
    const messages = request.body['messages'] as { content: string }[];
    const prompt = promptTokensOf(request.body);
    const billed = prompt + tokensOf(request.said);
    least += heard.has(messages.at(-1)?.content ?? '') ? billed : prompt;
    most += billed;
    longest = Math.max(longest, prompt);
  }
  // A call that was given up may never have reached the model.
  const disturbed = told.filter(({ isDisturbed }) => isDisturbed || wasLeft).length;
  const reserved = died.reduce((sum, tokens) => sum + tokens, 0);
  const figures = `${caller}: ${used} charged, and ${reserved} reserved by turns that died; ${least} to ${most} billed`;
  if (used + reserved < least) faults.under.push(figures);
  if (used > most + summaries * INSTRUCTION + 2 * disturbed * longest) faults.dear.push(figures);
}

function tally(
  { told, deleted }: PlayedFacts,
  calls: readonly Call[],
  { used, died }: Account,
  seen: Record<
    'asked' | 'answered' | 'stopped' | 'limited' | 'cut' | 'deletions' | 'summaryCalls' | 'charged' | 'died',
    number
  >,
): void {
  seen.asked += told.length;
  for (const { outcome } of told) {
    if (outcome.kind === 'answered') seen.answered += 1;
    if (outcome.kind === 'answered' && outcome.finishReason === 'stopped') seen.stopped += 1;
    if (outcome.kind === 'refused' && outcome.code === 'token-limit-exceeded') seen.limited += 1;
    if (outcome.kind === 'cut') seen.cut += 1;
  }
  seen.deletions += deleted.size;
  seen.summaryCalls += calls.filter(({ summary }) => summary !== undefined).length;
  seen.charged += used;
  seen.died += died.length;
}
