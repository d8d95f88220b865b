import { createContext, type ReactNode, useContext } from 'react';
import type { Rating } from '../client/contract.ts';
import type { ConversationState, Message } from '../conversation/conversation-state.ts';

/** Something to show, or what makes it of the conversation as it is. */
export type Slot = ReactNode | ((state: ConversationState) => ReactNode);

/** The panel's own buttons for one message, each to be placed or left out. */
export interface OwnActions {
  copy: ReactNode;
  /** For what the user wrote. */
  edit?: ReactNode;
  sendAgain?: ReactNode;
  /** For answers. */
  regenerate?: ReactNode;
  /** Where answers are rated. */
  rate?: ReactNode;
}

/** What an app puts into the panel, or in place of something of it. */
export interface Slots {
  /** In place of the invitation, while there are no messages. */
  emptyState?: Slot;
  /** In place of the row of buttons under a message. */
  messageActions?: ((message: Message, own: OwnActions) => ReactNode) | undefined;
  /** Keeps what the user thinks of a turn; without it answers are not rated. */
  rate?: ((turnId: string, rating: Rating) => Promise<void>) | undefined;
}

const Filled = createContext<Slots>({});

export const SlotsProvider = Filled.Provider;

export function useSlots(): Slots {
  return useContext(Filled);
}

export function fill(slot: Slot, state: ConversationState): ReactNode {
  return typeof slot === 'function' ? slot(state) : slot;
}
