import { useCallback, useMemo } from 'react';
import type { Feedback, Rating } from '../client/contract.ts';
import type { ParleyClient } from '../client/parley-client.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { Slots } from './slots.ts';

export interface SlotOptions extends Omit<Slots, 'rate'> {
  /** Answers can be rated. By default where there is `onFeedback`. */
  feedback?: boolean | undefined;
  /** Called when a rating has been stored. */
  onFeedback?: ((feedback: Feedback) => void) | undefined;
}

/** What the app puts into the panel, the same for as long as the app gives the same. */
export function useSlotValues(
  options: SlotOptions,
  client: ParleyClient,
  conversation: Conversation | undefined,
): Slots {
  const { emptyState, messageActions, onFeedback, feedback = onFeedback !== undefined } = options;
  const rate = useCallback(
    async (turnId: string, rating: Rating) => {
      const sessionId = conversation?.state.sessionId;
      if (sessionId === undefined) return;
      await client.feedback({ sessionId, turnId, rating });
      onFeedback?.({ sessionId, turnId, rating });
    },
    [client, conversation, onFeedback],
  );
  return useMemo(
    () => ({ emptyState, messageActions, rate: feedback ? rate : undefined }),
    [emptyState, messageActions, feedback, rate],
  );
}
