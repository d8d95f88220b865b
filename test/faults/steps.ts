import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalHost } from '../host/start-host.ts';
import { followPlan } from '../steps/planned-model.ts';
import { ToolServer } from '../steps/tool-server.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { inParallel } from './in-parallel.ts';
import { Random } from './random.ts';
import { byKind, type FaultRun } from './report.ts';
import { startService } from './service.ts';
import { checkSteps, noStepFaults } from './step-checker.ts';
import { type PlayedSteps, StepSchedule } from './step-schedule.ts';

const AT_ONCE = 8;
/** An instance dies so soon after the one before it, in ms. */
const [SOONEST, LATEST] = [50, 600];
/** What a call takes, in ms: long enough to die in. */
const LONGEST_CALL = 60;

/**
 * Turns with steps, over two instances that are killed again and again, until each turn has lost its instance once; it is
 * sent again with its key until it is answered. No tool that does something is called twice for a step, and what was
 * answered is what the tools did.
 */
export const steps: FaultRun = async ({ bundle, schedules: count, seed }) => {
  const [service, tools] = await Promise.all([startService(bundle), ToolServer.start()]);
  const upstream = await ScriptedUpstream.start(({ body }) => {
    upstream.requests.length = 0;
    return { ...followPlan(body), delayMs: 5 };
  });
  const env = { OPENAI_BASE_URL: upstream.baseUrl, TOOL_SERVER: tools.url, MAX_CONTEXT_TOKENS: '100000' };
  const random = new Random(seed);
  tools.answer = async ({ input }) => {
    await sleep(random.between(0, LONGEST_CALL));
    return `did ${input['n']}`;
  };
  const faults = { ...noStepFaults(), unexpected: [] as string[] };
  const seen = { kills: 0, turns: 0, requests: 0, answered: 0, doubtful: 0, calls: 0, again: 0 };
  const hosts: LocalHost[] = await Promise.all([service.start(env), service.start(env)]);
  const dead: LocalHost[] = [];
  let isOver = false;
  const killing = (async () => {
    while (!isOver) {
      await sleep(random.between(SOONEST, LATEST));
      const [victim] = hosts.splice(random.between(0, hosts.length - 1), 1);
      await victim?.kill9();
      if (victim) dead.push(victim);
      seen.kills += 1;
      hosts.push(await service.start(env));
    }
  })();
  try {
    const choices = Array.from({ length: count }, () => random.fork());
    await inParallel(choices, AT_ONCE, async (choice, number) => {
      const played: PlayedSteps = await new StepSchedule(
        `schedule ${number}`,
        choice,
        () => choice.pick(hosts).url,
      ).play();
      checkSteps(played, tools.calls, faults);
      seen.turns += played.turns.length;
      for (const { tries, outcome } of played.turns) {
        seen.requests += tries;
        if (outcome.kind === 'answered') seen.answered += 1;
        else seen.doubtful += 1;
      }
    });
    seen.calls = tools.calls.length;
    seen.again = tools.calls.length - new Set(tools.calls.map(({ input }) => input['n'])).size;
    isOver = true;
    await killing;
    for (const host of [...hosts, ...dead]) {
      const lines = host.logs().split('\n');
      faults.unexpected.push(...lines.filter((line) => line.startsWith('error')));
    }
  } finally {
    isOver = true;
    await killing.catch(() => {});
    await Promise.all([service.stop(), tools.stop(), upstream.stop()]);
  }
  const { counts, sentences } = byKind(faults);
  return { figures: { schedules: count, ...seen, ...counts }, faults: sentences };
};
