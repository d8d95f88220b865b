import { useLayoutEffect } from 'react';
import { type ConversationState, usePanel } from '../../../packages/parley-client/src/react/index.ts';

/** What a panel alone knows of the conversation that it shows, as where that is on no list. */
export interface Facts extends Pick<ConversationState, 'title' | 'isTemporary' | 'assistant'> {
  /** Something was asked in it. */
  hasBegun: boolean;
}

/** Inside a panel: tells the page around it. Before the page is seen, so that no other conversation's facts are. */
export function ConversationFacts({ onFacts }: { onFacts: (facts: Facts) => void }) {
  const { title, isTemporary, assistant, messages } = usePanel().state;
  const hasBegun = messages.length > 0;
  useLayoutEffect(
    () => onFacts({ title, isTemporary, assistant, hasBegun }),
    [onFacts, title, isTemporary, assistant, hasBegun],
  );
  return null;
}
