import type { JournalEntry, JournaledCall, JournaledRound, StepResult } from '../ports/journal.ts';
import type { Usage } from '../ports/model.ts';
import type { StoredStep } from '../ports/stored.ts';
import type { AnsweredRound } from './step-messages.ts';

interface DoneRound extends JournaledRound {
  /** How much of the answer was said before its calls, in UTF-16 units. */
  at: number;
}

/** What a turn has done so far, by the entries of its journal: the same for who did it and for who takes it over. */
export class DoneSteps {
  readonly rounds: DoneRound[] = [];
  readonly #results = new Map<number, StepResult>();
  readonly #again = new Set<number>();
  /** One object a round, as it is told by that what it costs is known. */
  readonly #answered = new Map<DoneRound, AnsweredRound>();
  #length = 0;

  note(entry: JournalEntry): void {
    if (entry.type === 'again') this.#again.add(entry.step);
    else if (entry.type === 'result') this.#results.set(entry.step, entry.result);
    else {
      this.#length += entry.content.length;
      this.rounds.push({ ...entry, at: this.#length });
      for (const { step, verdict } of entry.calls) if (verdict) this.#results.set(step, { ...verdict, ms: 0 });
    }
  }

  /** Calls so far, those that were not made too. */
  get count(): number {
    return this.rounds.at(-1)?.calls.at(-1)?.step ?? 0;
  }

  get usages(): Usage[] {
    return this.rounds.map(({ usage }) => usage);
  }

  /** Made, and without an answer. */
  get unanswered(): JournaledCall[] {
    const calls = this.rounds.flatMap((round) => round.calls);
    return calls.filter(({ step, problem, isOpen }) => problem === undefined && !isOpen && !this.#results.has(step));
  }

  /** Calls wait for their caller: why the turn is over. */
  get waitsFor(): 'approval' | 'tool_calls' | undefined {
    const open = this.rounds.at(-1)?.calls.filter(({ isOpen }) => isOpen) ?? [];
    if (open.some(({ byCaller }) => byCaller)) return 'tool_calls';
    return open.length > 0 ? 'approval' : undefined;
  }

  /** The call that is a step of the turn. */
  callOf(step: number): JournaledCall {
    return this.#roundOf(step).calls.find((call) => call.step === step) as JournaledCall;
  }

  /** What the result of a step may have. */
  resultTokensOf(step: number): number {
    return this.#roundOf(step).resultTokens;
  }

  /** Whether it was made a second time. */
  isAgain(step: number): boolean {
    return this.#again.has(step);
  }

  /** As the model is told of them: rounds of which each call is answered. */
  get answered(): AnsweredRound[] {
    return this.rounds.flatMap((round) => this.#answered.get(round) ?? this.#answer(round) ?? []);
  }

  /** As they are stored: those that were made, and those that may be. */
  stored(): StoredStep[] {
    return this.rounds.flatMap(({ calls, at }, round) =>
      calls.flatMap((call) => {
        const result = call.isOpen ? { status: 'open' as const, text: '', ms: 0 } : this.#results.get(call.step);
        return result === undefined ? [] : [storedStep(call, result, at, round)];
      }),
    );
  }

  #roundOf(step: number): DoneRound {
    return this.rounds.find(({ calls }) => calls.some((call) => call.step === step)) as DoneRound;
  }

  #answer(round: DoneRound): AnsweredRound | undefined {
    const answers = round.calls.map(({ step, problem }) => problem ?? this.#results.get(step)?.text);
    if (answers.includes(undefined)) return undefined;
    const calls = round.calls.map(({ id, name, arguments: written }, at) => ({
      ...{ id, name, arguments: written },
      answer: answers[at] as string,
    }));
    const { content, thoughts, usage } = round;
    const answered = { content, thoughts, calls, writtenTokens: usage.completion_tokens };
    this.#answered.set(round, answered);
    return answered;
  }
}

function storedStep(
  call: JournaledCall,
  result: Omit<StepResult, 'status'> & Pick<StoredStep, 'status'>,
  at: number,
  round: number,
): StoredStep {
  const { status, ms, text, sources } = result;
  return {
    type: 'tool_call',
    id: call.stepId,
    name: call.tool,
    arguments: call.arguments,
    ...{ status, ms, at, result: text, round },
    ...(sources && { sources }),
    ...(call.byCaller && { by_caller: true }),
    ...(call.isShown && { shown: true }),
    ...(call.name !== call.tool && { called: call.name }),
  };
}
