import { fromThreadMessageLike, type MessageStatus, type ThreadMessage } from '@assistant-ui/react';
import type { FinishReason } from '../client/turn-events.ts';
import type { ConversationState, Message } from '../conversation/conversation-state.ts';
import type { TurnFailure } from '../conversation/turn-failure.ts';
import type { Node } from './message-tree.ts';

const running: MessageStatus = { type: 'running' };

const statuses: Record<FinishReason, MessageStatus> = {
  stop: { type: 'complete', reason: 'stop' },
  stopped: { type: 'incomplete', reason: 'cancelled' },
  length: { type: 'incomplete', reason: 'length' },
  deadline: { type: 'incomplete', reason: 'other' },
  approval: { type: 'requires-action', reason: 'interrupt' },
};

const ratings = { up: 'positive', down: 'negative' } as const;

interface Made {
  id: string;
  sessionId: string | undefined;
  message: ThreadMessage;
}

/** Messages as assistant-ui has them. The same object for as long as nothing of a message has changed. */
export class ThreadMessages {
  readonly #made = new WeakMap<Message, Made>();
  readonly #seen = new Map<string, Date>();

  of({ id, message }: Node, sessionId: string | undefined): ThreadMessage {
    const made = this.#made.get(message);
    if (made?.id === id && made.sessionId === sessionId) return made.message;
    const { role, content, timestamp, turnId, finishReason, isUnderWay, usage, context, rating } = message;
    const status = isUnderWay ? running : statuses[finishReason ?? 'stop'];
    const custom = { session_id: sessionId, turn_id: turnId, finish_reason: finishReason, usage, context };
    const like = {
      ...{ id, role, createdAt: timestamp === undefined ? this.#firstSeen(id) : new Date(timestamp) },
      content: content === '' ? [] : content,
      metadata: { custom, ...(rating && { submittedFeedback: { type: ratings[rating] } }) },
    };
    const threadMessage = fromThreadMessageLike(like, id, status);
    this.#made.set(message, { id, sessionId, message: threadMessage });
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

function failed({ detail, ...failure }: TurnFailure): MessageStatus {
  return { type: 'incomplete', reason: 'error', error: { message: detail, ...failure } };
}
