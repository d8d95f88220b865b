import { fromThreadMessageLike, type MessageStatus, type ThreadMessage } from '@assistant-ui/react';
import { dequal } from 'dequal/lite';
import type { FinishReason } from '../client/turn-events.ts';
import type { ConversationState, Message, ShownStep } from '../conversation/conversation-state.ts';
import type { TurnFailure } from '../conversation/turn-failure.ts';
import { answerParts } from './answer-parts.ts';
import type { DecidedCall, DecidedCalls } from './decided-calls.ts';
import type { Node } from './message-tree.ts';

const running: MessageStatus = { type: 'running' };

const statuses: Record<FinishReason, MessageStatus> = {
  stop: { type: 'complete', reason: 'stop' },
  stopped: { type: 'incomplete', reason: 'cancelled' },
  length: { type: 'incomplete', reason: 'length' },
  deadline: { type: 'incomplete', reason: 'other' },
  approval: { type: 'requires-action', reason: 'interrupt' },
  tool_calls: { type: 'requires-action', reason: 'tool-calls' },
};

const ratings = { up: 'positive', down: 'negative' } as const;

interface Made {
  id: string;
  sessionId: string | undefined;
  decided: ReadonlyMap<string, DecidedCall>;
  /** Ids of calls that are another answer's. */
  elsewhere: readonly string[];
  message: ThreadMessage;
}

/** Messages as assistant-ui has them. The same object for as long as nothing of a message has changed. */
export class ThreadMessages {
  readonly #made = new WeakMap<Message, Made>();
  readonly #seen = new Map<string, Date>();

  of(node: Node, sessionId: string | undefined, calls: DecidedCalls): ThreadMessage {
    const { id, message } = node;
    const made = this.#made.get(message);
    const decided = calls.of(node);
    const elsewhere = calls.leftOpenBefore(node);
    const isSame = made?.id === id && made.sessionId === sessionId && isAsMade({ decided, elsewhere }, made);
    if (isSame) return made.message;
    const { role, timestamp, turnId, finishReason, usage, context, rating } = message;
    const custom = { session_id: sessionId, turn_id: turnId, finish_reason: finishReason, usage, context };
    const like = {
      ...{ id, role, createdAt: timestamp === undefined ? this.#firstSeen(id) : new Date(timestamp) },
      content: answerParts(message, decided, (call) => elsewhere.includes(call)),
      metadata: { custom, ...(rating && { submittedFeedback: { type: ratings[rating] } }) },
    };
    const threadMessage = fromThreadMessageLike(like, id, statusOf(message, decided));
    this.#made.set(message, { id, sessionId, decided, elsewhere, message: threadMessage });
    return threadMessage;
  }

  /** What stands where there is no answer: why, or that the question waits for another one's. */
  inPlaceOfAnswer({ failure, queued }: ConversationState, parentId: string | null): ThreadMessage | undefined {
    if (failure === undefined && queued === undefined) return undefined;
    const id = `${parentId}-no-answer`;
    const status = failure ? failed(failure) : running;
    return fromThreadMessageLike({ id, role: 'assistant', content: [], createdAt: this.#firstSeen(id) }, id, status);
  }

  #firstSeen(id: string): Date {
    const seen = this.#seen.get(id) ?? new Date();
    this.#seen.set(id, seen);
    return seen;
  }
}

/** An answer whose calls are decided on waits for nothing any more. */
function statusOf(
  { isUnderWay, finishReason = 'stop', steps = [] }: Message,
  decided: ReadonlyMap<string, DecidedCall>,
): MessageStatus {
  if (isUnderWay) return running;
  const calls = [...decided.values()];
  if (finishReason !== 'approval' || steps.some(({ id, status }) => status === 'open' && !decided.has(id)))
    return statuses[finishReason];
  const isMade = ({ step, isAllowed, isUnderWay }: DecidedCall) => isAllowed && isUnderWay && !(step && isDone(step));
  return calls.some(isMade) ? running : statuses.stop;
}

function isDone({ status }: ShownStep): boolean {
  return status !== 'running' && status !== 'open';
}

function isAsMade(now: Pick<Made, 'decided' | 'elsewhere'>, made: Pick<Made, 'decided' | 'elsewhere'>): boolean {
  return dequal([...now.decided], [...made.decided]) && dequal(now.elsewhere, made.elsewhere);
}

function failed({ detail, ...failure }: TurnFailure): MessageStatus {
  return { type: 'incomplete', reason: 'error', error: { message: detail, ...failure } };
}
