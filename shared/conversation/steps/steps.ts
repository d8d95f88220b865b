import type { Told } from '../held-lease.ts';
import type { JournalEntry, JournaledCall, JournaledRound, StepResult } from '../ports/journal.ts';
import type { Usage } from '../ports/model.ts';
import type { Tool, ToolResult } from '../ports/toolbox.ts';
import type { Prompt } from '../prompt.ts';
import { isEarlyEnd, type SpokenRound } from '../speak.ts';
import { LEAST_RESULT_TOKENS } from './cut-result.ts';
import { DoneSteps } from './done-steps.ts';
import { InDoubt, inDoubt } from './in-doubt.ts';
import { isWithoutRoom, MOST_CALLS, planCalls } from './plan-calls.ts';
import { calledEvent, returnedEvent } from './step-events.ts';
import { stepKey } from './step-key.ts';
import { toolAnswer } from './tool-answer.ts';
import type { ToolTurn } from './tool-turn.ts';

/** A round that the model said in a turn before. */
const NO_USAGE: Usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, cached_tokens: 0 };

/** So many rounds of a turn may call. */
const MOST_ROUNDS = 8;

/**
 * The steps of a turn, each made at most once whatever dies: a call goes out when the store has it in the turn's journal
 * and holds the turn's lease, and its result is in the journal before anybody is told. Who takes the turn over goes on
 * behind the last result; a call that has none is in doubt then.
 */
export class Steps {
  readonly done = new DoneSteps();
  readonly #turn: ToolTurn;
  readonly #tell: (event: Told) => void;
  /** Rounds that made no call: they are written with the next one that does. */
  #unwritten: JournaledRound[] = [];
  #hasRoom = true;

  constructor(turn: ToolTurn, tell: (event: Told) => void) {
    this.#turn = turn;
    this.#tell = tell;
  }

  /** No call can be made any more. */
  get isOver(): boolean {
    const { rounds, count } = this.done;
    return !this.#hasRoom || rounds.length >= MOST_ROUNDS || count >= MOST_CALLS;
  }

  /**
   * Tells what the turn has done that this one takes over, and goes on behind it.
   *
   * @throws {Failure} `tool-in-doubt`, or of the lease
   */
  async resume(entries: readonly JournalEntry[]): Promise<void> {
    for (const entry of entries) this.#retell(this.#own(entry));
    await this.#answerAll(this.done.unanswered, (call) => new InDoubt(call, 'who called it is gone'));
  }

  /**
   * Makes the calls of a round side by side.
   *
   * @param usage of the round
   * @throws {Failure} `tool-in-doubt`, or of the lease
   */
  async take({ prompt, content, calls, thoughts }: SpokenRound, usage: Usage): Promise<void> {
    const { callable, claim, prompts } = this.#turn;
    const called = { content, thoughts, calls: calls.map((call) => ({ ...call, answer: '' })) };
    const cost = await prompts.costOfRound({ ...called, writtenTokens: usage.completion_tokens });
    const room = Math.floor((prompt.budget - prompt.fixedTokens - cost) / LEAST_RESULT_TOKENS);
    const planned = planCalls(calls, callable, { turnId: claim.turnId, before: this.done.count, room });
    const made = planned.filter(({ problem, isOpen }) => problem === undefined && !isOpen);
    this.#hasRoom = !planned.some(isWithoutRoom);
    // Half of what is left: the next round calls too.
    const left = Math.floor((prompt.budget - prompt.promptTokens - cost) / 2 / Math.max(made.length, 1));
    const round: JournaledRound = {
      ...{ type: 'round', content, calls: planned, usage },
      resultTokens: Math.max(left, LEAST_RESULT_TOKENS),
      ...(thoughts.length > 0 && { thoughts }),
    };
    await this.#begin(round, made);
  }

  /** Writes a round down, and then makes its calls. */
  async #begin(round: JournaledRound, made: readonly JournaledCall[]): Promise<void> {
    const { audit, lease, recordMs } = this.#turn;
    if (made.length > 0) {
      await Promise.all(made.map((call) => audit.calling(call, this.#keyOf(call), recordMs)));
      if (lease.signal.aborted) return;
      await lease.write(...this.#unwritten.splice(0), round);
      // A wish to stop came with the answer: nothing goes out.
      if (lease.signal.aborted) return;
    } else this.#unwritten.push(round);
    this.done.note(round);
    this.#tellCalls(round);
    await this.#answerAll(made);
  }

  /**
   * Makes the calls that the turn before left open, as the caller has settled them.
   *
   * @throws {Failure} as `take`
   */
  async settle(calls: JournaledCall[], prompt: Prompt): Promise<void> {
    const made = calls.filter(({ verdict }) => verdict === undefined);
    const resultTokens = this.#turn.prompts.resultTokens(prompt, made.length);
    await this.#begin({ type: 'round', content: '', calls, isDecided: true, usage: NO_USAGE, resultTokens }, made);
  }

  /** Its calls are steps of the turn that goes on, so that their ids find them; not so those of the turn before. */
  #own(entry: JournalEntry): JournalEntry {
    if (entry.type !== 'round' || entry.isDecided) return entry;
    const { turnId } = this.#turn.claim;
    return { ...entry, calls: entry.calls.map((call) => ({ ...call, stepId: `${turnId}.${call.step}` })) };
  }

  #retell(entry: JournalEntry): void {
    this.done.note(entry);
    if (entry.type === 'round') {
      if (entry.content !== '') this.#tell({ type: 'token-said', token: entry.content });
      this.#tellCalls(entry);
    } else if (entry.type === 'result') this.#tell(returnedEvent(this.done.callOf(entry.step), entry.result));
  }

  #tellCalls({ calls }: JournaledRound): void {
    for (const call of calls) {
      if (call.problem === undefined) this.#tell(calledEvent(call));
      if (call.verdict) this.#tell(returnedEvent(call, { ...call.verdict, ms: 0 }));
    }
  }

  /** Waits until all calls are answered, or known to be in doubt. */
  async #answerAll(calls: readonly JournaledCall[], doubtOf?: (call: JournaledCall) => InDoubt): Promise<void> {
    const settled = await Promise.allSettled(calls.map((call) => this.#make(call, doubtOf?.(call))));
    const thrown = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    const doubts = thrown.filter((error) => error instanceof InDoubt);
    const [failure] = thrown.filter((error) => !(error instanceof InDoubt));
    if (failure !== undefined) throw failure;
    for (const doubt of doubts) this.#turn.audit.doubted(doubt);
    if (doubts.length > 0) throw inDoubt(doubts);
  }

  /**
   * Makes a call, and again where it is in doubt and can be.
   *
   * @param doubt where it may have been made before
   */
  async #make(call: JournaledCall, doubt?: InDoubt): Promise<void> {
    const { callable, prompts, audit, lease } = this.#turn;
    const tool = callable.tools.get(call.name);
    const [startedAt, startedMs] = [Date.now(), performance.now()];
    const answered = await this.#answer(call, tool, doubt);
    const text = await prompts.cut(answered.text, this.done.resultTokensOf(call.step));
    const result: StepResult = { ...answered, text, ms: Math.round(performance.now() - startedMs) };
    audit.called(call, answered.status, startedAt);
    const entry = { type: 'result', step: call.step, result } as const;
    await lease.write(entry);
    this.done.note(entry);
    this.#tell(returnedEvent(call, result));
  }

  /** @throws {InDoubt} */
  async #answer(call: JournaledCall, tool: Tool | undefined, doubt: InDoubt | undefined): Promise<ToolResult> {
    const { signal } = this.#turn.lease;
    for (let latest = doubt; ; ) {
      if (latest !== undefined) {
        if (signal.aborted) return this.#unheard(tool, latest);
        if (!tool?.isRepeatable || this.done.isAgain(call.step)) throw latest;
        const entry = { type: 'again', step: call.step } as const;
        await this.#turn.lease.write(entry);
        this.done.note(entry);
      }
      await this.#turn.lease.confirm();
      try {
        return await this.#call(call, tool);
      } catch (cause) {
        latest = new InDoubt(call, 'it gave no answer', cause);
      }
    }
  }

  async #call(call: JournaledCall, tool: Tool | undefined): Promise<ToolResult> {
    const { caller, lease } = this.#turn;
    const { signal } = lease;
    const checked = tool?.check(call.arguments);
    if (tool === undefined || checked?.problem !== undefined) throw new InDoubt(call, 'it is not there any more');
    return toolAnswer(tool.call(checked?.input, { signal, idempotencyKey: this.#keyOf(call), caller }), signal);
  }

  /** What is said of a call that nobody waits for any more, where it does not matter whether it was made. */
  #unheard(tool: Tool | undefined, doubt: InDoubt): ToolResult {
    const { reason } = this.#turn.lease.signal;
    // Another one may hold the turn by now.
    if (!isEarlyEnd(reason)) throw reason;
    if (!tool?.isRepeatable) throw doubt;
    return { status: 'error', text: 'The turn ended before the tool answered.' };
  }

  #keyOf({ step }: JournaledCall): string {
    return stepKey(this.#turn.claim, step);
  }
}
