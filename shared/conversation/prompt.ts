import type { Assistant } from './assistant.ts';
import type { ContextReport } from './events.ts';
import type { PromptMessage } from './ports/model.ts';
import type { Item, StoredMessage, Summary } from './ports/stored.ts';
import type { TokenCount } from './ports/token-counter.ts';
import { costOfSummaries, LAST_TURNS, planSummary, type SummaryPlan, summaryMessages } from './summaries.ts';
import { costOf, fitWindow, halve, startOfLast, type WindowMessage } from './window.ts';

/** What a session remembers: the turns of its window, and summaries of those before it. */
export interface Memory {
  summaries: readonly Summary[];
  window: readonly StoredMessage[];
  /** Position of the window's first message. */
  windowStart: number;
}

/** What is sent to the model for one turn. */
export interface Prompt {
  messages: PromptMessage[];
  /** The new message, and its tokens. */
  message: string;
  messageCount: TokenCount;
  promptTokens: number;
  /** What the next prompt has again of this turn and those before it: the conversation up to the new message. */
  windowTokens: number;
  /** The part of that which is new. */
  turnTokens: number;
  /** Where the window begins from now on. */
  windowStart: number;
  report(): ContextReport;
  /** For a model that finds this one too long: with about half of it, then with the new message alone, then none. */
  shorter(): Prompt | undefined;
  /** What to summarise beside this turn, if anything. */
  planSummary(): SummaryPlan | undefined;
}

/** All that may go into a prompt, with its tokens. */
export interface Parts {
  assistant: Assistant;
  instructions: string | undefined;
  memory: Memory;
  brought: readonly Pick<Item, 'role' | 'content'>[];
  message: string;
  messageCount: TokenCount;
  /** Of the window's messages, and then of what was brought. */
  counted: readonly WindowMessage[];
  /** Of what always stays. */
  fixed: number;
}

/** How much of it does. */
export interface Fit {
  /** Of the oldest summaries, and messages, so many do not fit. */
  droppedSummaries: number;
  dropped: number;
  promptTokens: number;
}

/**
 * Fits all that may be sent into the budget. Where it is too much the oldest turns go, down to the last two; then the
 * oldest summaries; then the older of the two turns, and then the other.
 */
export function fitParts({ memory, counted, fixed }: Pick<Parts, 'memory' | 'counted' | 'fixed'>, budget: number): Fit {
  const { summaries } = memory;
  if (summaries.length === 0) return { droppedSummaries: 0, ...fitWindow(counted, fixed, budget) };
  const whole = fitWindow(counted, fixed + costOfSummaries(summaries), budget, LAST_TURNS);
  const start = startOfLast(counted, LAST_TURNS);
  if (whole.dropped <= start) return { droppedSummaries: 0, ...whole };
  const last = counted.slice(start);
  const lastTokens = last.reduce((sum, each) => sum + costOf(each), fixed);
  for (let dropped = 1; dropped <= summaries.length; dropped += 1) {
    const promptTokens = lastTokens + costOfSummaries(summaries.slice(dropped));
    if (promptTokens <= budget) return { droppedSummaries: dropped, dropped: start, promptTokens };
  }
  const few = fitWindow(last, fixed, budget);
  return { droppedSummaries: summaries.length, dropped: start + few.dropped, promptTokens: few.promptTokens };
}

/**
 * The prompt of what fits.
 *
 * @param isHalf whether that is half of one that the model found too long
 */
export function promptOf(parts: Parts, fit: Fit, budget: number, isHalf = false): Prompt {
  const { assistant, instructions, memory, brought, message, messageCount, counted, fixed } = parts;
  const { window } = memory;
  const dropped = Math.min(fit.dropped, window.length);
  const summaries = memory.summaries.slice(fit.droppedSummaries);
  const kept = window.slice(dropped);
  const keptCounted = counted.slice(dropped, window.length);
  const conversation: PromptMessage[] = [
    ...summaryMessages(summaries),
    ...kept.flatMap((each) => [...itemsOf(each), each].map(said)),
    ...brought.slice(fit.dropped - dropped).map(said),
  ];
  const before: PromptMessage[] = [
    { role: 'system', content: assistant.systemPrompt },
    ...(instructions === undefined ? [] : [{ role: 'system' as const, content: instructions }]),
    ...conversation,
  ];
  const windowStart = memory.windowStart + dropped;
  const summarized = summaries.reduce((sum, { from, to }) => sum + to - from, 0);
  const turn = [...counted.slice(window.length), messageCount];
  const turnTokens = turn.reduce((sum, each) => sum + costOf(each), 0);
  const alone = { droppedSummaries: memory.summaries.length, dropped: counted.length, promptTokens: fixed };
  const isAlone = fit.dropped === alone.dropped && fit.droppedSummaries === alone.droppedSummaries;
  const halved = () => ({ ...fit, ...halve(fit, counted, fixed + costOfSummaries(summaries)) });
  return {
    messages: [...before, { role: 'user', content: message }],
    message,
    messageCount,
    promptTokens: fit.promptTokens,
    // What did not fit of what was brought is stored all the same.
    windowTokens: keptCounted.reduce((sum, each) => sum + costOf(each), costOfSummaries(memory.summaries) + turnTokens),
    turnTokens,
    windowStart,
    report: () => ({
      messages: conversation.length + 1,
      dropped_messages: memory.windowStart + fit.dropped - summarized,
      summarized_messages: summarized,
      summary_tokens: 0,
      prompt_tokens: fit.promptTokens,
      max_prompt_tokens: budget,
    }),
    shorter: () => (isAlone ? undefined : promptOf(parts, isHalf ? alone : halved(), budget, true)),
    planSummary: () =>
      planSummary(
        {
          messages: before,
          promptTokens: fit.promptTokens,
          summaries,
          window: kept,
          counted: keptCounted,
          windowStart,
        },
        budget,
      ),
  };
}

function itemsOf(message: StoredMessage): Item[] {
  return message.role === 'user' ? (message.items ?? []) : [];
}

function said({ role, content }: Pick<Item, 'role' | 'content'>): PromptMessage {
  return { role, content };
}
