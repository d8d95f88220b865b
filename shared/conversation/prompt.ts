import type { Assistant } from './assistant.ts';
import type { ContextReport } from './events.ts';
import type { OfferedTool, PromptMessage } from './ports/model.ts';
import type { Item, StoredMessage, Summary } from './ports/stored.ts';
import type { TokenCount } from './ports/token-counter.ts';
import { type PromptText, windowMessage } from './prompt-texts.ts';
import { type AnsweredRound, roundMessages } from './steps/step-messages.ts';
import { costOfSummaries, planSummary, type SummaryPlan, summaryMessages, sumOf } from './summaries.ts';
import { costOf, halve } from './window.ts';

/** What a turn asks. */
export interface Asked {
  /** Empty where the caller settles what was left open, or brings what came of a call: then none is sent. */
  message: string;
  /** Its tokens, where they are known; a bound is counted again. */
  measured?: TokenCount;
  /** Stands behind the assistant's own prompt. */
  instructions?: string | undefined;
  /** What the caller brought before the message, oldest first: sent as far as there is room. */
  brought?: readonly Pick<Item, 'role' | 'content' | 'tokens' | 'call'>[] | undefined;
  /** Nothing may be left out. */
  isWhole?: boolean;
  /** What the model may call: it is told so beside the messages. */
  tools?: readonly OfferedTool[] | undefined;
  /** What the turn before left open, as it is settled with the message: it always stays. */
  settled?: AnsweredRound | undefined;
  /** What the caller brought in place of a message, behind all else: it always stays. */
  last?: readonly Pick<Item, 'role' | 'content' | 'tokens' | 'call'>[] | undefined;
  /** What the turn has done since it was asked: it always stays. */
  rounds?: readonly AnsweredRound[] | undefined;
}

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
  /** The part of that which nothing can be left out of. */
  fixedTokens: number;
  /** The part of that which the turn itself has done. */
  doneTokens: number;
  /** What it may have in all, as the service counts. */
  budget: number;
  /** Whether its tokens are, or upper bounds. */
  isExact: boolean;
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
  /** What it was made of. */
  parts: Parts;
  fit: Fit;
}

/** All that may go into a prompt, with its tokens. */
export interface Parts {
  assistant: Assistant;
  memory: Memory;
  asked: Asked;
  /** Of the window, and then of what was brought to the new turn. */
  texts: readonly PromptText[];
  /** What was brought in place of a message. */
  last: readonly PromptText[];
  messageCount: TokenCount;
  /** Of what always stays, and the part of that which the turn itself has done. */
  fixed: number;
  done: number;
  /** Whether all these tokens are, or upper bounds. */
  isExact: boolean;
  /** Of the whole prompt, as the provider counts and as this service does. */
  budget: number;
  ownBudget: number;
}

/** How much of it does. */
export interface Fit {
  /** Of the oldest summaries, and texts, so many do not fit. */
  droppedSummaries: number;
  dropped: number;
  promptTokens: number;
}

/**
 * The prompt of what fits.
 *
 * @param isHalf whether that is half of one that the model found too long
 */
export function promptOf(parts: Parts, fit: Fit, isHalf = false): Prompt {
  const { assistant, memory, asked, texts, last, messageCount, fixed, done, isExact, budget, ownBudget } = parts;
  const { message, instructions, settled, rounds = [] } = asked;
  const { window } = memory;
  const summaries = memory.summaries.slice(fit.droppedSummaries);
  const sent = texts.slice(fit.dropped);
  // Only whole turns leave the window: of one that is cut within what was brought to it, all is stored.
  const dropped = Math.min(sent[0]?.place ?? window.length, window.length);
  const windowStart = memory.windowStart + dropped;
  const start: PromptMessage[] = [
    { role: 'system', content: assistant.systemPrompt },
    ...(instructions === undefined ? [] : [{ role: 'system' as const, content: instructions }]),
    ...summaryMessages(summaries),
  ];
  const said = sent.flatMap(({ messages }) => messages);
  const kept = texts.filter(({ place }) => place >= dropped && place < window.length);
  const turnTokens = sumOf([...texts.filter(({ place }) => place >= window.length), ...last]) + costOf(messageCount);
  const summarized = summaries.reduce((sum, { from, to }) => sum + to - from, 0);
  const alone = { droppedSummaries: memory.summaries.length, dropped: texts.length, promptTokens: fixed };
  const isAlone = fit.dropped === alone.dropped && fit.droppedSummaries === alone.droppedSummaries;
  const halved = () => ({ ...fit, ...halve(fit, texts.map(windowMessage), fixed + costOfSummaries(summaries)) });
  const summarizable = {
    ...memory,
    start,
    startTokens: fixed - costOf(messageCount) + costOfSummaries(summaries),
    promptTokens: fit.promptTokens,
    texts: texts.filter(({ place }) => place >= dropped),
    dropped: texts.filter(({ place }) => place < dropped),
  };
  return {
    messages: [
      ...start,
      ...said,
      ...(settled ? roundMessages(settled) : []),
      ...last.flatMap(({ messages }) => messages),
      ...(message === '' ? [] : [{ role: 'user' as const, content: message }]),
      ...rounds.flatMap(roundMessages),
    ],
    message,
    messageCount,
    promptTokens: fit.promptTokens,
    fixedTokens: fixed,
    doneTokens: done,
    budget: ownBudget,
    isExact,
    windowTokens: sumOf(kept) + costOfSummaries(memory.summaries) + turnTokens,
    turnTokens,
    windowStart,
    report: () => ({
      messages: sent.length + last.length + (summaries.length > 0 ? 2 : 1),
      dropped_messages: memory.windowStart + fit.dropped - summarized,
      summarized_messages: summarized,
      summary_tokens: 0,
      prompt_tokens: fit.promptTokens,
      max_prompt_tokens: budget,
      ...(isExact ? {} : { estimated: true }),
    }),
    shorter: () => (isAlone ? undefined : promptOf(parts, isHalf ? alone : halved(), true)),
    planSummary: () => planSummary(summarizable, ownBudget),
    parts,
    fit,
  };
}
