import { createContext, type ReactNode, useContext } from 'react';
import type { Feedback } from '../client/contract.ts';
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

/** What an app puts into the panel. */
export interface Slots {
  /** In place of the invitation, while there are no messages: it stands in the middle then, over the message field. */
  emptyState?: Slot;
  /** Below the message field. */
  footnote?: Slot;
}

/** What it puts into messages: all of them are drawn again where one of these is another one. */
export interface MessageSlots {
  /** In place of the row of buttons under a message. */
  messageActions?: ((message: Message, own: OwnActions) => ReactNode) | undefined;
  /** Keeps what the user thinks of a turn; without it answers are not rated. */
  rate?: ((feedback: Omit<Feedback, 'sessionId'>) => Promise<void>) | undefined;
}

const Filled = createContext<Slots>({});
const OfMessages = createContext<MessageSlots>({});

export const SlotsProvider = Filled.Provider;
export const MessageSlotsProvider = OfMessages.Provider;

export function useSlots(): Slots {
  return useContext(Filled);
}

export function useMessageSlots(): MessageSlots {
  return useContext(OfMessages);
}

export function fill(slot: Slot, state: ConversationState): ReactNode {
  return typeof slot === 'function' ? slot(state) : slot;
}
