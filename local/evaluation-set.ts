import type { FeedbackRecord, TurnRecord } from '../shared/conversation/ports/audit-record.ts';
import type { PromptMessage } from '../shared/conversation/ports/model.ts';
import type { DownReason, Rating } from '../shared/conversation/ports/stored.ts';

/** Records as they stand in audit files that were written with `AUDIT_CONTENT=full`. */
type Turn = TurnRecord & { time: string; message?: string; answer?: string; cut?: boolean };
type Feedback = Pick<FeedbackRecord, 'event' | 'turn_id' | 'rating'> &
  Partial<FeedbackRecord> & { time: string; comment?: string };
export type ReadRecord = Turn | Feedback;

export interface Choice {
  /** Only turns whose latest rating is this. */
  rating?: Rating | undefined;
  assistant?: string | undefined;
  /** ISO 8601: turns from then on, and before then. */
  since?: string | undefined;
  until?: string | undefined;
  /** By assistant, its system prompt and the version of it; absent: conversations are without one. */
  systemPrompts?: ReadonlyMap<string, { version: string; text: string }> | undefined;
}

/** One conversation that ends with the answer to be judged, as OpenAI's chat format has it, and what its reader thought. */
export interface Evaluation {
  messages: PromptMessage[];
  rating?: Rating;
  reason?: DownReason;
  comment?: string;
}

export interface EvaluationSet {
  evaluations: Evaluation[];
  /** Turns that were chosen, and why they could not be had. */
  left: { withoutText: number; withoutContext: number; otherContext: number; otherPrompt: number };
}

/**
 * Makes an evaluation set of audit records: one conversation for each stored turn that is chosen, as the model saw it.
 *
 * @param records of whole sessions, in any order
 */
export function evaluationSet(records: readonly ReadRecord[], choice: Choice = {}): EvaluationSet {
  const inOrder = records.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  const ratings = new Map<string | null, Feedback>();
  const unstored = new Set<string | null>();
  for (const record of inOrder) {
    if (record.event === 'feedback') ratings.set(record.turn_id, record);
    else if (record.outcome !== 'answered') unstored.add(record.turn_id);
  }
  const sessions = new Map<string, Turn[]>();
  const set: EvaluationSet = {
    evaluations: [],
    left: { withoutText: 0, withoutContext: 0, otherContext: 0, otherPrompt: 0 },
  };
  for (const turn of inOrder) {
    if (turn.event !== 'turn' || turn.outcome !== 'answered' || unstored.has(turn.turn_id)) continue;
    const before = sessions.get(turn.session_id ?? '') ?? [];
    const feedback = ratings.get(turn.turn_id);
    if (isChosen(turn, feedback?.rating, choice)) add(set, turn, feedback, before, choice.systemPrompts);
    before.push(turn);
    sessions.set(turn.session_id ?? '', before);
  }
  return set;
}

function isChosen(turn: Turn, rated: Rating | undefined, { rating, assistant, since, until }: Choice): boolean {
  const time = Date.parse(turn.time);
  return (
    (rating === undefined || rating === rated) &&
    (assistant === undefined || assistant === turn.assistant) &&
    (since === undefined || time >= Date.parse(since)) &&
    (until === undefined || time < Date.parse(until))
  );
}

function add(
  { evaluations, left }: EvaluationSet,
  turn: Turn,
  feedback: Feedback | undefined,
  before: Turn[],
  prompts: Choice['systemPrompts'],
): void {
  // Of the turns before it, the model saw so many: each has a message and an answer.
  const seen = ((turn.context?.messages ?? 1) - 1) / 2;
  const context = seen === 0 ? [] : before.slice(-seen);
  const prompt = prompts?.get(turn.assistant ?? '');
  if (![...context, turn].every(hasText)) left.withoutText += 1;
  else if ((turn.context?.summarized_messages ?? 0) > 0) left.otherContext += 1;
  else if (context.length < seen) left.withoutContext += 1;
  else if (![...context, turn].every(isNext)) left.otherContext += 1;
  else if (prompts !== undefined && prompt?.version !== turn.prompt_version) left.otherPrompt += 1;
  else {
    const system: PromptMessage[] = prompt === undefined ? [] : [{ role: 'system', content: prompt.text }];
    evaluations.push({ messages: [...system, ...[...context, turn].flatMap(messagesOf)], ...judged(feedback) });
  }
}

/** What was said of a turn last: with a comment where its text is on record. */
function judged(feedback: Feedback | undefined): Omit<Evaluation, 'messages'> {
  if (feedback === undefined) return {};
  const { rating, reason, comment } = feedback;
  return { rating, ...(reason && { reason }), ...(comment && { comment }) };
}

/**
 * Whether a turn stands right behind the one before it: each adds two messages. Where a caller brought others to one,
 * the records do not have them.
 */
function isNext(turn: Turn, at: number, turns: readonly Turn[]): boolean {
  const before = turns[at - 1];
  return before === undefined || lengthOf(turn) - lengthOf(before) === 2;
}

/** How many messages were said before a turn, as its prompt counts them. */
function lengthOf({ context }: Turn): number {
  return context === null ? 0 : context.messages + context.dropped_messages;
}

function hasText({ message, answer, cut }: Turn): boolean {
  return message !== undefined && answer !== undefined && !cut;
}

function messagesOf({ message = '', answer = '' }: Turn): PromptMessage[] {
  return [
    { role: 'user', content: message },
    { role: 'assistant', content: answer },
  ];
}
