import { promptTokensOf, tokensOf } from '../upstream/token-bill.ts';
import { type Call, factsOf } from './summary-model.ts';
import type { PlayedFacts } from './summary-schedule.ts';
import { isAway, type ReadSession, type StoredMessage } from './talk.ts';

const kinds = ['lost', 'doubled', 'foreign', 'forgotten', 'misreported', 'over', 'misplaced', 'resurrected'] as const;

/** The promises that a conversation with summaries can see broken, and what it saw of each. */
export type SummaryFaults = Record<(typeof kinds)[number], string[]>;

export function noSummaryFaults(): SummaryFaults {
  return Object.fromEntries(kinds.map((kind) => [kind, [] as string[]])) as SummaryFaults;
}

/** What the runs saw, so that it is known that they saw something. */
export interface SeenSummaries {
  turns: number;
  /** Turns whose prompt has a summary, and whose prompt lacks a fact. */
  summarised: number;
  incomplete: number;
  /** Summaries in the end, and those that stand for others. */
  summaries: number;
}

/** Summaries that stand in one message have a few tokens less than one by one, as the service counts them. */
const MISCOUNT = 10;

type PromptMessage = { role: string; content: string };

/** Holds what a caller was told, what the model was sent, and what is stored against each other. Knows no code of the service. */
export function checkSummaries(
  played: PlayedFacts,
  calls: readonly Call[],
  budget: number,
  seen: SeenSummaries,
  faults: SummaryFaults,
): void {
  const prompts = new Map<string, PromptMessage[]>();
  for (const { request, summary } of calls) {
    const messages = request.body['messages'] as PromptMessage[];
    if (summary === undefined) prompts.set(messages.at(-1)?.content ?? '', messages);
  }
  const stored = new Map<string, number>();
  for (const [id, session] of played.final) {
    if (played.deleted.has(id) && session !== undefined) faults.resurrected.push(`${played.caller}: ${id}`);
    if (session === undefined) continue;
    checkSession(`${played.caller} in ${id}`, session, prompts, budget, seen, faults);
    for (const { role, content } of session.messages) {
      if (role === 'user') stored.set(content, (stored.get(content) ?? 0) + 1);
    }
  }
  for (const [message, count] of stored) if (count > 1) faults.doubled.push(`${message}: stored ${count} times`);
  for (const { message, outcome } of played.told) {
    const isUnknown = isAway(outcome) || (outcome.kind === 'refused' && outcome.code === 'turn-lost');
    if (outcome.kind === 'refused' && !isUnknown && stored.has(message)) {
      faults.doubled.push(`${message}: stored, and told ${outcome.code}`);
    }
    if (outcome.kind !== 'answered' || outcome.text === '' || played.deleted.has(outcome.sessionId)) continue;
    const { messages = [] } = played.final.get(outcome.sessionId) ?? {};
    const at = messages.findIndex(({ turn_id }) => turn_id === outcome.turnId);
    if (messages[at]?.content !== message || messages[at + 1]?.content !== outcome.text) faults.lost.push(message);
  }
}

function checkSession(
  name: string,
  session: ReadSession,
  prompts: Map<string, PromptMessage[]>,
  budget: number,
  seen: SeenSummaries,
  faults: SummaryFaults,
): void {
  const { messages } = session;
  let before: { missing: Set<number>; tokens: number } = { missing: new Set(), tokens: 0 };
  for (let at = 0; at + 1 < messages.length; at += 2) {
    const [asked, said] = messages.slice(at, at + 2) as [StoredMessage, StoredMessage];
    const prompt = prompts.get(asked.content);
    if (prompt === undefined || said.context === undefined || asked.turn_id !== said.turn_id) {
      faults.misplaced.push(`${name} at ${at}`);
      continue;
    }
    const { dropped_messages, summarized_messages, messages: sent } = said.context;
    const told = factsOf(messages.slice(0, at));
    const known = factsOf(prompt.filter(({ role }) => role === 'user').slice(0, -1));
    const missing = told.difference(known);
    const isSummarised = prompt.some(({ role, content }) => role === 'user' && content.startsWith('Summaries of'));
    const tokens = promptTokensOf({ messages: prompt });
    const whole = before.tokens + tokensOf(asked.content) + 4;
    const where = `${name}, turn ${at / 2}`;
    seen.turns += 1;
    seen.summarised += isSummarised ? 1 : 0;
    seen.incomplete += missing.size > 0 ? 1 : 0;
    if (known.difference(told).size > 0) faults.foreign.push(`${where}: knows ${[...known.difference(told)]}`);
    if (tokens > budget) faults.over.push(`${where}: ${tokens} of ${budget} tokens`);
    if (
      2 * missing.size !== dropped_messages ||
      sent - 1 + (isSummarised ? -1 : 0) + summarized_messages + dropped_messages !== at
    ) {
      faults.misreported.push(`${where}: ${missing.size} facts missing, ${JSON.stringify(said.context)}`);
    }
    // What a prompt told, the next one tells too, where there is room for all of it and what was said since.
    if (missing.difference(before.missing).size > 0 && whole <= budget - MISCOUNT) {
      faults.forgotten.push(`${where}: ${[...missing]}, though the whole has ${whole} tokens`);
    }
    before = { missing, tokens: tokens + tokensOf(said.content) + 4 };
  }
  checkSpans(name, session, seen, faults);
}

/** Summaries stand for turns of the session, in order. */
function checkSpans(
  name: string,
  { messages, summaries = [] }: ReadSession,
  seen: SeenSummaries,
  faults: SummaryFaults,
): void {
  seen.summaries += summaries.length;
  let end = -1;
  for (const { from_turn_id, through_turn_id } of summaries) {
    const from = messages.findIndex(({ turn_id }) => turn_id === from_turn_id);
    const through = messages.findLastIndex(({ turn_id }) => turn_id === through_turn_id);
    if (from <= end || through < from) faults.misplaced.push(`${name}: a summary from ${from} through ${through}`);
    end = through;
  }
}
