import type { Rating, StoredMessage, Summary } from '../client/contract.ts';
import type { Source } from '../client/source.ts';
import type { Approval, Step } from '../client/steps.ts';
import type { Context, FinishReason, Usage } from '../client/turn-events.ts';
import type { TurnFailure } from './turn-failure.ts';

/** A step as it is shown; `running`: what comes of it is not known yet. */
export type ShownStep = Omit<Step, 'status'> & { status: Step['status'] | 'running' };

export interface Message {
  /** The same for as long as the message is shown. */
  key: string;
  /** The service's, once it was read from there. */
  id?: string;
  role: 'user' | 'assistant';
  content: string;
  turnId?: string;
  /** When it was stored, or said here; ISO 8601. */
  timestamp?: string;
  /** What was decided, of a user that wrote nothing. */
  approve?: readonly Approval[];
  /** It holds what an app brought of its own functions, and nobody wrote anything: it is not shown. */
  isOutput?: true;
  /** What tools were called for beside it. */
  steps?: readonly ShownStep[];
  finishReason?: FinishReason;
  usage?: Usage;
  context?: Context;
  /** What it cites, by their places, as far as its model said. */
  sources?: readonly Source[];
  /** What the user thought of it when it was read. */
  rating?: Rating;
  /** An answer that is on its way. */
  isUnderWay?: true;
}

/**
 * `loading`: what is stored is on its way. `ready`: for the next message. `waiting`: for the answer's first token.
 * `answering`, `stopping`: the answer is on its way. `reconnecting`: the turn goes on, but its events do not arrive.
 */
export type Phase = 'loading' | 'ready' | 'waiting' | 'answering' | 'stopping' | 'reconnecting';

/**
 * `expired`: the conversation was gone, and a new one began. `gone`: there is no conversation of that id (any more).
 * `deleted`: its user has deleted it, here or in another tab. `forked`: this is a new one, and the earlier one is as it
 * was. `decided`: what the user decided on no longer waited for that.
 */
export type Notice = 'expired' | 'gone' | 'deleted' | 'forked' | 'decided';

export interface ConversationState {
  sessionId: string | undefined;
  /** Of its session, as it was read last; a new one has none here. */
  title: string | undefined;
  /** It is on no list, and is forgotten an hour after its last turn at the latest. */
  isTemporary: boolean;
  /** Fixed with the first turn. */
  assistant: string | undefined;
  phase: Phase;
  /** Oldest first; while a turn has no ending, its message and its answer so far are the last two. */
  messages: readonly Message[];
  /** Calls that wait for their user to decide, where none of them is known to be decided. A message rejects them. */
  open: readonly ShownStep[];
  /** What the user wrote meanwhile: it is sent once the turn under way is stored. */
  queued: Message | undefined;
  /** There are older messages than these. */
  hasMore: boolean;
  /** Of what the next turn is not asked with word by word; oldest first. */
  summaries: readonly Summary[];
  /** Why the last message has no answer, or the conversation cannot be shown. */
  failure: TurnFailure | undefined;
  /**
   * What a turn that failed came from: a message that goes back to where it was written when the turn is
   * discarded, or, where nothing was written, another `answer` that was asked for, or an `approval`. Nothing where there is no
   * such turn.
   */
  discards: 'message' | 'answer' | 'approval' | undefined;
  notice: Notice | undefined;
  /** Of the latest turn. */
  usage: Usage | undefined;
  context: Context | undefined;
  /** What the user wrote, and did not send, or where it came to nothing: it goes to where messages are written. */
  returned: string | undefined;
}

/** The calls that the last turn left for its user to approve. */
export function openSteps(messages: readonly Message[]): readonly ShownStep[] {
  const last = messages.at(-1);
  // Other calls are left open for an app, which does them itself.
  if (last?.finishReason !== 'approval') return none;
  return last.steps?.filter(({ status }) => status === 'open') ?? none;
}

const none: readonly ShownStep[] = [];

/** A turn has no ending yet. */
export function isUnderWay(phase: Phase): boolean {
  return phase !== 'loading' && phase !== 'ready';
}

export const nothingYet: ConversationState = {
  sessionId: undefined,
  title: undefined,
  isTemporary: false,
  assistant: undefined,
  phase: 'loading',
  messages: [],
  open: none,
  queued: undefined,
  hasMore: false,
  summaries: [],
  failure: undefined,
  discards: undefined,
  notice: undefined,
  usage: undefined,
  context: undefined,
  returned: undefined,
};

export function messageOf({ id, role, content, timestamp, turn_id, finish_reason, ...rest }: StoredMessage): Message {
  const { approve, outputs, steps, usage, context, sources, feedback } = rest;
  return {
    ...{ key: id, id, role, content, turnId: turn_id, timestamp },
    ...(approve && { approve }),
    ...(outputs && content === '' && { isOutput: true as const }),
    ...(steps && { steps }),
    ...(finish_reason && { finishReason: finish_reason }),
    ...(usage && { usage }),
    ...(context && { context }),
    ...(sources && { sources }),
    ...(feedback && { rating: feedback.rating }),
  };
}
