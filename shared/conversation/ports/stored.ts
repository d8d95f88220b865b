import type { ContextReport, FinishReason } from '../events.ts';
import type { Echo } from './echo.ts';
import type { Usage } from './model.ts';
import type { Source } from './source.ts';
import type { ToolResult } from './toolbox.ts';

interface StoredText {
  /** `<turn id>-<position>`: unique, and says where in the session's list the message stands, counted from 0. */
  id: string;
  content: string;
  /** ISO 8601, UTC. */
  timestamp: string;
  turn_id: string;
  /** Tokens of `content`, and of an answer's steps as they are sent; absent where no exact count was at hand, then it is counted when it is needed. */
  tokens?: number;
}

/** What a caller brought to a conversation: said somewhere else, or by nobody yet. */
export interface Item {
  /** `<turn id>-<place>`, where a place counts from 0; of what was brought between turns as `withIds` makes it. */
  id: string;
  role: 'system' | 'user' | 'assistant';
  content: string;
  tokens?: number;
  /** Something that the assistant called, of which `content` is what came: the two are never apart. */
  call?: { call_id: string; name: string; arguments: string };
}

/** Whether a call that waits for it is to be made. */
export interface Approval {
  /** Of the step. */
  id: string;
  decision: 'yes' | 'no';
}

/** What came of a call that the caller made itself. */
export interface Output {
  /** Of the step. */
  id: string;
  output: string;
}

/** A step that waits for its caller: for its approval, or for the output of a call that the caller makes itself. */
export interface OpenStep {
  id: string;
  awaits: 'approval' | 'output';
}

export interface UserMessage extends StoredText {
  role: 'user';
  /** What the caller decided in place of a message, which is empty then. */
  approve?: Approval[];
  /** The steps whose output the caller brought, before a message or in place of one. */
  outputs?: string[];
  /** What the caller brought before it, oldest first. */
  items?: Item[];
  echo?: Echo;
}

export type Rating = 'up' | 'down';

/** Why a turn is rated down. */
export const downReasons = ['incorrect', 'incomplete', 'unsafe', 'tone', 'other'] as const;

export type DownReason = (typeof downReasons)[number];

/** What the caller thinks of a turn. */
export interface Feedback {
  rating: Rating;
  /** Only where the rating is `down`. */
  reason?: DownReason | undefined;
  comment?: string | undefined;
}

/** What a turn was answered by. */
export interface AnsweredBy {
  /** Adapter and deployment, such as `azure:gpt-5.4-mini`. */
  model: string;
  /** The system prompt's `promptVersion`. */
  prompt_version: string;
}

/** Whose answer a rating is of. */
export interface RatedTurn {
  assistant: string;
  /** Not known of a turn that was stored before this was kept. */
  answeredBy: AnsweredBy | undefined;
}

/** A call of a tool, and what came of it. */
export interface StoredStep {
  type: 'tool_call';
  /** `<turn id>.<step>`, of the turn that wanted it, as that is stored. */
  id: string;
  name: string;
  /** The text that the model wrote. */
  arguments: string;
  /** `open`: it waits for its caller. What comes of it is a step of a later turn, under the same id. */
  status: ToolResult['status'] | 'rejected' | 'open';
  ms: number;
  /** Where in the answer's `content` it happened: so many UTF-16 units were said before. */
  at: number;
  /** As the model was told it. */
  result: string;
  sources?: ToolResult['sources'];
  /** A function of the caller's, which makes the call itself. */
  by_caller?: true;
  /** The caller may see the result. */
  shown?: true;
  /** Calls of one round were made side by side. */
  round: number;
  /** It was left open by the turn before, and settled with this one's message: it is sent before that. */
  before?: true;
  /** What the model calls the tool, where that differs from its name. */
  called?: string;
}

/** A step as its caller is shown it. */
export type ShownStep = Omit<StoredStep, 'result' | 'shown' | 'round' | 'before' | 'called'> & { result?: string };

export function shownStep({ result, shown, round: _, before: __, called: ___, ...step }: StoredStep): ShownStep {
  return { ...step, ...(shown && { result }) };
}

export interface AssistantMessage extends StoredText {
  role: 'assistant';
  steps?: StoredStep[];
  /** Of `usage.prompt_tokens`, which is of all rounds, the last one's part; absent where there was one round. */
  last_prompt_tokens?: number;
  finish_reason: FinishReason;
  usage: Usage;
  context: ContextReport;
  sources?: Source[];
  answered_by?: AnsweredBy;
  /** Kept beside the message, and there where it is read for its caller. */
  feedback?: Feedback;
}

/** A message as it stands in the session's list, in JSON. */
export type StoredMessage = UserMessage | AssistantMessage;

/** A message as its caller may read it. */
export type ShownMessage =
  | UserMessage
  | (Omit<AssistantMessage, 'steps' | 'last_prompt_tokens'> & { steps?: ShownStep[] });

export function shownMessage(message: StoredMessage): ShownMessage {
  if (message.role === 'user') return message;
  const { steps, last_prompt_tokens: _, ...rest } = message;
  return { ...rest, ...(steps && { steps: steps.map(shownStep) }) };
}

/** What stands in prompts for a block of the oldest turns. */
export interface Summary {
  text: string;
  from_turn_id: string;
  through_turn_id: string;
  /** ISO 8601, UTC. */
  created: string;
  tokens: number;
  /** The block's place in the session's list: its first message, and the one behind its last. */
  from: number;
  to: number;
}

/** What a session's owner is shown of a summary. */
export function shownSummary({ text, from_turn_id, through_turn_id, created }: Summary) {
  return { text, from_turn_id, through_turn_id, created };
}

/** Where a session began as a copy: of that session's turns up to this one; of none but its assistant where that is null. */
export interface ForkedFrom {
  session_id: string;
  turn_id: string | null;
}

export interface SessionSummary {
  id: string;
  title: string;
  /** Fixed by the first turn: null before it. */
  assistant: string | null;
  /** ISO 8601, UTC; of the first and of the latest turn, or before the first of when the session was made. */
  created: string;
  updated: string;
  turns: number;
  /** Its caller wants to find it however old it is. */
  pinned: boolean;
  /** It is on no list, in no search and no export, and forgotten early. */
  temporary?: true;
  /** Stays when its source is gone. */
  forked_from?: ForkedFrom;
}

/** A session as it is listed and read. That does not count as a use. */
export interface ShownSession extends SessionSummary {
  /** ISO 8601, UTC: when it is forgotten unless it is used again. */
  expires: string;
}

export interface StoredTurn {
  assistant: string;
  user: UserMessage;
  answer: AssistantMessage;
}

/** A turn of its messages. */
export function storedTurn(assistant: string, messages: readonly StoredMessage[]): StoredTurn | undefined {
  const [user, answer] = messages;
  return user?.role === 'user' && answer?.role === 'assistant' ? { assistant, user, answer } : undefined;
}
