import { Failure } from './failure.ts';
import type { Model, Usage } from './ports/model.ts';
import type { TokenCount } from './ports/token-counter.ts';
import { Spending } from './spending.ts';
import type { SummarizedWindow, SummaryPlan } from './summaries.ts';

/** A call that ended: with a summary that can be taken, or without. What it cost counts either way. */
export interface SummaryEnd {
  taken: SummarizedWindow | undefined;
  spent: number;
  usage: Usage | undefined;
  /** Milliseconds since 1970. */
  startedAt: number;
  endedAt: number;
}

export const SUMMARY_TEMPERATURE = 0.2;

/**
 * Asks for a summary, beside an answer that nobody lets wait for it. It has one attempt, and is taken only where the
 * model ended it by itself and it has at most half the tokens of what it stands for.
 */
export class SummaryCall {
  /** How it ended; undefined while it runs. */
  end: SummaryEnd | undefined;
  readonly plan: SummaryPlan;
  readonly ended: Promise<SummaryEnd>;
  readonly #given = new AbortController();

  /** @param count tokens of the summary */
  constructor(
    model: Model,
    plan: SummaryPlan,
    options: { cacheKey: string; giveUpAt: number },
    count: (text: string) => Promise<TokenCount>,
    now: () => number,
  ) {
    this.plan = plan;
    this.ended = this.#ask(model, options, count, now).then((end) => {
      this.end = end;
      return end;
    });
  }

  /** Ends it without a summary. */
  giveUp(): void {
    this.#given.abort(new Failure('turn-lost', 'The summary is not wanted any more.'));
  }

  /** How it ended, within so many milliseconds. */
  async within(ms: number): Promise<SummaryEnd> {
    const timer = setTimeout(() => this.giveUp(), ms);
    const end = await this.ended;
    clearTimeout(timer);
    return end;
  }

  async #ask(
    model: Model,
    options: { cacheKey: string; giveUpAt: number },
    count: (text: string) => Promise<TokenCount>,
    now: () => number,
  ): Promise<SummaryEnd> {
    const { plan } = this;
    const startedAt = now();
    const spending = new Spending();
    let hasEnded = false;
    const completion = {
      ...options,
      purpose: 'summary' as const,
      maxOutputTokens: plan.maxOutputTokens,
      temperature: SUMMARY_TEMPERATURE,
    };
    await model
      .stream(plan.messages, completion, this.#given.signal, (event) => {
        spending.hear(event);
        if (event.type === 'end') hasEnded = event.finishReason === 'stop';
      })
      // Without a summary the turns stay as they are.
      .catch(() => {
        hasEnded = false;
      });
    const text = spending.said.trim();
    const { tokens } = await count(text);
    const isShort = tokens > 0 && tokens <= plan.maxOutputTokens && 2 * tokens <= plan.replacedTokens;
    const taken = hasEnded && isShort ? plan.withSummary(text, tokens, new Date(now()).toISOString()) : undefined;
    return {
      taken,
      spent: spending.total(plan.promptTokens, tokens),
      usage: spending.usage,
      startedAt,
      endedAt: now(),
    };
  }
}
