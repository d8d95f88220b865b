import type { ServedCall } from '../steps/tool-server.ts';
import type { PlayedSteps, PlayedTurn } from './step-schedule.ts';

const kinds = ['doubled', 'thrice', 'keys', 'guessed', 'missing', 'unequal', 'interleaved'] as const;

/** The promises that turns with steps can see broken, and what it saw of each. */
export type StepFaults = Record<(typeof kinds)[number], string[]>;

export function noStepFaults(): StepFaults {
  return Object.fromEntries(kinds.map((kind) => [kind, [] as string[]])) as StepFaults;
}

interface Step {
  name: string;
  arguments: string;
  status: string;
}

/** Holds what a caller was told and what is stored against the tools' own books. Knows no code of the service. */
export function checkSteps({ name, turns, messages = [] }: PlayedSteps, calls: ServedCall[], faults: StepFaults): void {
  const own = calls.filter(({ input }) => String(input['n']).startsWith(`${name} `));
  for (const [n, times] of Map.groupBy(own, ({ input }) => String(input['n']))) {
    const [first] = times as [ServedCall];
    if (first.tool === 'pay' && times.length > 1) faults.doubled.push(`${n}: called ${times.length} times`);
    if (times.length > 2) faults.thrice.push(`${n}: called ${times.length} times`);
    if (new Set(times.map(({ idempotencyKey }) => idempotencyKey)).size > 1) faults.keys.push(`${n}: two keys`);
  }
  const keys = new Set(own.map(({ idempotencyKey }) => idempotencyKey));
  if (keys.size !== new Set(own.map(({ input }) => input['n'])).size) faults.keys.push(`${name}: a key of two steps`);
  const answered = turns.filter(({ outcome }) => outcome.kind === 'answered');
  if (messages.length !== 2 * answered.length) faults.interleaved.push(`${name}: ${messages.length} messages`);
  for (const turn of turns) checkTurn(turn, messages, own, faults);
}

function checkTurn(
  { message, plan, outcome }: PlayedTurn,
  messages: NonNullable<PlayedSteps['messages']>,
  calls: ServedCall[],
  faults: StepFaults,
): void {
  const stored = messages.filter(({ content }) => content === message);
  const planned = plan.flatMap((round) => round.calls ?? []);
  if (outcome.kind !== 'answered') {
    if (stored.length > 0) faults.guessed.push(`${message}: in doubt, and stored`);
    // A turn can be in doubt of what does something, and of what was called a second time.
    const timesOf = (n: unknown) => calls.filter(({ input }) => input['n'] === n).length;
    const canBe = ([tool, input]: [string, object]) => tool === 'pay' || timesOf((input as { n: string }).n) > 1;
    if (!planned.some(canBe)) faults.guessed.push(`${message}: in doubt of nothing`);
    return;
  }
  const content = plan.map(({ says }) => says).join('');
  if (outcome.text !== content) faults.unequal.push(`${message}: answered ${JSON.stringify(outcome.text)}`);
  if (stored.length !== 1) faults.interleaved.push(`${message}: stored ${stored.length} times`);
  const answer = messages.find(({ role, turn_id }) => role === 'assistant' && turn_id === outcome.turnId);
  const { steps = [] } = (answer ?? {}) as { steps?: Step[] };
  const told = steps.map((step) => [step.name, JSON.parse(step.arguments)]);
  if (JSON.stringify(told) !== JSON.stringify(planned)) faults.unequal.push(`${message}: ${JSON.stringify(told)}`);
  for (const [, input] of planned) {
    const { n } = input as { n: string };
    if (!calls.some((call) => call.input['n'] === n)) faults.missing.push(`${n}: told, and never called`);
  }
}
