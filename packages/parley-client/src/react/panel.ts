import { createContext, type RefObject, useContext } from 'react';
import type { Approval } from '../client/steps.ts';
import type { ConversationState } from '../conversation/conversation-state.ts';

/** What the user does in a panel. The same functions for as long as it is shown. */
export interface PanelActions {
  /** Asks the next turn: once the one is stored that is under way. */
  send: (message: string) => void;
  /** Asks a text in place of the user's message of that key, in a new conversation. */
  edit: (messageKey: string, text: string) => void;
  /** Asks for another answer in place of the one of that key, likewise. */
  regenerate: (messageKey: string) => void;
  /** Says what is to become of the calls that wait: of those that are not named, no. */
  approve: (decisions: readonly Approval[]) => void;
  /** Tries again what has failed. */
  retry: () => void;
  /** Gives up a message that has failed: its text is written again in the message field. */
  discard: () => void;
  /** Likewise what waits for the answer that is on its way. */
  takeQueuedBack: () => void;
  /** That is not sent, and its text is gone. */
  dropQueued: () => void;
  /** Stops the answer that is on its way. */
  stop: () => void;
  loadEarlier: () => void;
  dismissNotice: () => void;
  /** What is written and not sent is kept in the tab. */
  keepDraft: (text: string) => void;
  /** `returned` of the state has been taken over. */
  takeReturned: () => void;
}

/** The panel around a part of it. */
export interface Panel {
  state: ConversationState;
  actions: PanelActions;
  /** A turn has no ending yet. */
  isUnderWay: boolean;
  canSend: boolean;
  /** What tells the panel from others on the page, if anything does. */
  label: string | undefined;
  /** How often something was asked here. Each time, the list of messages goes to the newest. */
  asked: number;
  /** For the message field: where the keyboard goes once something was asked or stopped. */
  field: RefObject<HTMLTextAreaElement | null>;
  /** The field's id. */
  fieldId: string;
}

const Current = createContext<Panel | undefined>(undefined);

export const PanelProvider = Current.Provider;

/** For parts of your own, inside a `ChatPanel`: what its conversation is, and what can be done with it. */
export function usePanel(): Panel {
  const panel = useContext(Current);
  if (panel === undefined) throw new Error('This is a part of a ChatPanel, and has to be inside one.');
  return panel;
}
