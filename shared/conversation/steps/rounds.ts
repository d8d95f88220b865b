import type { Assistant } from '../assistant.ts';
import { estimatedUsage } from '../estimated-usage.ts';
import type { FinishReason } from '../events.ts';
import type { Told } from '../held-lease.ts';
import { patiently } from '../patience.ts';
import type { Journal } from '../ports/journal.ts';
import type { CompletionOptions, Model, OfferedTools, Usage } from '../ports/model.ts';
import type { SessionStore } from '../ports/session-store.ts';
import type { Source } from '../ports/source.ts';
import type { StoredStep } from '../ports/stored.ts';
import type { ObservedRound } from '../ports/turn-observer.ts';
import type { Prompt } from '../prompt.ts';
import { isEarlyEnd, type SpokenRound, speak } from '../speak.ts';
import { Spending } from '../spending.ts';
import { answerSources } from './answer-sources.ts';
import { offeredTools, wantedTools } from './offered-tools.ts';
import { isDone, type LeftOpen } from './settled-steps.ts';
import { silence } from './silence.ts';
import { stepEvents } from './step-events.ts';
import { Steps } from './steps.ts';
import { sumOfUsages } from './sum-of-usages.ts';
import type { ToolTurn } from './tool-turn.ts';

/** What a model is asked with, over all rounds of a turn. */
export interface AskedModel {
  model: Model;
  assistant: Assistant;
  options: Omit<CompletionOptions, 'temperature' | 'tools'> & { temperature: number | undefined };
}

/** What was said and done in a turn. */
export interface Spoken {
  /** What the model was asked with at last. */
  prompt: Prompt;
  /** The tokens that were told, joined. Empty only where the turn was ended before the first. */
  content: string;
  steps: StoredStep[];
  finishReason: FinishReason;
  /** Of all rounds, and of the last one's prompt where there were several. */
  usage: Usage;
  lastPromptTokens: number | undefined;
  /** The name of the model that answered, where it said so. */
  model: string | undefined;
  /** What the answer cites, and where its tools have found something. */
  sources: Source[] | undefined;
}

interface HeardRound {
  prompt: Prompt;
  spending: Spending;
  /** What the model wrote beside what it said. */
  called: string;
  observed: ObservedRound;
}

/** A turn as rounds: the model speaks, or calls tools and is told what came of it, until it has answered. */
export class Rounds {
  readonly #asked: AskedModel;
  readonly #turn: ToolTurn;
  readonly #store: SessionStore;
  readonly #steps: Steps;
  readonly #tell: (event: Told) => void;
  readonly #heard: HeardRound[] = [];
  #takenOver: Usage[] = [];
  #before: readonly StoredStep[] = [];
  #said = '';

  constructor(store: SessionStore, asked: AskedModel, turn: ToolTurn, tell: (event: Told) => void) {
    this.#store = store;
    this.#asked = asked;
    this.#turn = turn;
    this.#tell = (event) => {
      if (event.type === 'token-said') this.#said += event.token;
      turn.lease.tell(event);
      tell(event);
    };
    this.#steps = new Steps(turn, this.#tell);
  }

  /**
   * Runs the turn, until the model is done or the lease's signal ends it early.
   *
   * @param left by the turn before
   * @param journal of the turn that this one takes over
   * @throws {Failure} of the model, of the lease, or `tool-in-doubt`; `model-failed`, `model-timeout` or
   *   `output-limit-reached` where the model said nothing at all
   */
  async run(built: Prompt, left: LeftOpen, journal: Journal | undefined): Promise<Spoken> {
    const { prompts } = this.#turn;
    const { done } = this.#steps;
    this.#before = left.before;
    for (const event of left.before.flatMap(stepEvents)) this.#tell(event);
    if (journal !== undefined) {
      await this.#steps.resume(journal.entries);
      this.#takenOver = done.usages;
    } else if (left.calls.length > 0) await this.#steps.settle(left.calls, built);
    for (let next = done.rounds.length > 0 ? await prompts.next(built, done.answered) : built; ; ) {
      const waitsFor = this.#waitsFor;
      if (waitsFor) return this.#spoken({ prompt: next, finishReason: waitsFor, model: undefined, sources: undefined });
      const { prompt, tools, isCovered } = await this.#offer(next);
      const round = await this.#ask(prompt, tools);
      if (round.calls.length === 0 || tools?.isLast !== false) return this.#spoken(round);
      await this.#steps.take(round, await this.#usageOf(this.#heard.at(-1) as HeardRound));
      const finishReason = this.#waitsFor ?? (isCovered ? undefined : round.finishReason);
      if (finishReason) return this.#spoken({ ...round, finishReason });
      next = await prompts.next(round.prompt, done.answered);
    }
  }

  /** Why the turn ends whose calls wait for their caller, where any do. */
  get #waitsFor(): FinishReason | undefined {
    const { reason } = this.#turn.lease.signal;
    const { waitsFor } = this.#steps.done;
    return waitsFor && isEarlyEnd(reason) ? reason : waitsFor;
  }

  /** What the model is paid for so far, in tokens. */
  async spent(): Promise<number> {
    const { prompts } = this.#turn;
    const costs = this.#heard.map(async ({ prompt, spending, called }) => {
      const { tokens } = await prompts.count(spending.said + called);
      return spending.total(await prompts.sizeOf(prompt), tokens);
    });
    return (await Promise.all(costs)).reduce((sum, tokens) => sum + tokens, 0);
  }

  async #ask(prompt: Prompt, tools: CompletionOptions['tools']): Promise<SpokenRound> {
    const { model, assistant, options } = this.#asked;
    const { lease, audit } = this.#turn;
    const observed = audit.asking();
    const heard: HeardRound = { prompt, spending: new Spending(), called: '', observed };
    this.#heard.push(heard);
    const say = (token: string) => {
      audit.firstTokenAt ??= performance.now();
      observed.firstTokenAt ??= Date.now();
      this.#tell({ type: 'token-said', token });
    };
    try {
      const round = await speak(model, assistant, prompt, { ...options, tools }, lease, heard.spending, say);
      heard.prompt = round.prompt;
      heard.called = round.calls.map((call) => call.name + call.arguments).join('');
      observed.finishReason = round.calls.length > 0 ? 'tool_calls' : round.finishReason;
      return round;
    } finally {
      observed.endedAt = Date.now();
    }
  }

  /** What the model may call in a round, and whether tokens are held back for one behind it. */
  async #offer(prompt: Prompt): Promise<{ prompt: Prompt; tools?: OfferedTools | undefined; isCovered?: boolean }> {
    const { callable, choice, prompts } = this.#turn;
    const offered = offeredTools(callable);
    const isFirst = this.#steps.done.rounds.length === 0;
    if (offered.length === 0) return { prompt };
    if (isFirst && choice === 'none') return { prompt, tools: { offered, isLast: true } };
    const tools = wantedTools(offered, callable, isFirst ? choice : undefined);
    if (!this.#steps.isOver && (await this.#reserve(prompt))) return { prompt, tools, isCovered: true };
    if (!isFirst) return { prompt, tools: { offered, isLast: true } };
    // A call that its caller makes needs no other round.
    const functions = [...callable.functions.values()];
    const few = await prompts.withTools(prompt, functions);
    return { prompt: few, ...(functions.length > 0 && { tools: { ...tools, offered: functions } }) };
  }

  /**
   * Holds tokens back for a round, and for one more that has to answer whatever the round called. Each round finds what
   * the one before has held back for it, so that no limit is ever exceeded.
   */
  async #reserve({ promptTokens, fixedTokens, parts }: Prompt): Promise<boolean> {
    const { claim, lease } = this.#turn;
    if (claim.reserved === 0) return true;
    const { maxOutputTokens } = this.#asked.options;
    // As the provider counts.
    const factor = parts.budget / parts.ownBudget;
    const round = factor * promptTokens + maxOutputTokens;
    const last = Math.max(parts.budget, factor * fixedTokens + 2 * maxOutputTokens) + maxOutputTokens;
    const wanted = Math.ceil((await this.spent()) + round + last);
    if (wanted <= claim.reserved) return true;
    const outcome = await patiently(() => this.#store.reserve(claim, wanted), lease.patienceEndsAt);
    if (outcome === 'reserved') claim.reserved = wanted;
    return outcome === 'reserved';
  }

  async #spoken(last: Pick<SpokenRound, 'prompt' | 'finishReason' | 'model' | 'sources'>): Promise<Spoken> {
    const { prompt, finishReason, model } = last;
    const content = this.#said;
    const own = this.#steps.done.stored();
    const steps = [...this.#before, ...own];
    const isEnded =
      finishReason === 'stopped' || (finishReason !== 'stop' && finishReason !== 'length' && own.some(isDone));
    if (content === '' && !isEnded) throw silence(finishReason);
    const asked = this.#heard.filter(({ spending }, round) => round === 0 || spending.isAsked);
    const usages = [...this.#takenOver, ...(await Promise.all(asked.map((round) => this.#usageOf(round))))];
    const lastPromptTokens = usages.length > 1 ? usages.at(-1)?.prompt_tokens : undefined;
    const sources = answerSources(last.sources, own);
    return { prompt, content, steps, finishReason, usage: sumOfUsages(usages), lastPromptTokens, model, sources };
  }

  async #usageOf({ prompt, spending, called, observed }: HeardRound): Promise<Usage> {
    const { prompts } = this.#turn;
    observed.usage =
      spending.usage ?? estimatedUsage(await prompts.recounted(prompt), await prompts.count(spending.said + called));
    return observed.usage;
  }
}
