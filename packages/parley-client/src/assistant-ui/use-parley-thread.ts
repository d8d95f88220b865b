import { useAuiState } from '@assistant-ui/react';
import type { ConversationState } from '../conversation/conversation-state.ts';

/** What Parley knows of the thread that is shown, and assistant-ui has no place for. */
export interface ParleyThread
  extends Pick<ConversationState, 'sessionId' | 'assistant' | 'phase' | 'failure' | 'notice' | 'usage' | 'context'> {
  /** Tries what has failed again: a message under its own key, or the reading of what is stored. */
  retry: () => void;
  /** Gives up a message that failed: its text goes back to the composer. */
  discard: () => void;
  dismissNotice: () => void;
}

/** Below a provider of a runtime that is Parley's. */
export function useParleyThread(): ParleyThread {
  return useAuiState(({ thread }) => thread.extras as ParleyThread);
}
