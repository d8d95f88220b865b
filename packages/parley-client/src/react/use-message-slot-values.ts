import { useCallback, useMemo } from 'react';
import type { Feedback } from '../client/contract.ts';
import type { ParleyClient } from '../client/parley-client.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { MessageSlots } from './slots.ts';

export interface MessageSlotOptions extends Omit<MessageSlots, 'rate'> {
  /** Answers can be rated. By default where there is `onFeedback`. */
  feedback?: boolean | undefined;
  /** Called when a rating has been stored, and again where the user has said why. */
  onFeedback?: ((feedback: Feedback) => void) | undefined;
}

/** What the app puts into messages, the same for as long as the app gives the same. */
export function useMessageSlotValues(
  options: MessageSlotOptions,
  client: ParleyClient,
  conversation: Conversation | undefined,
): MessageSlots {
  const { messageActions, onFeedback, feedback = onFeedback !== undefined } = options;
  const rate = useCallback(
    async (given: Omit<Feedback, 'sessionId'>) => {
      const sessionId = conversation?.state.sessionId;
      if (sessionId === undefined) return;
      await client.feedback({ sessionId, ...given });
      onFeedback?.({ sessionId, ...given });
    },
    [client, conversation, onFeedback],
  );
  return useMemo(() => ({ messageActions, rate: feedback ? rate : undefined }), [messageActions, feedback, rate]);
}
