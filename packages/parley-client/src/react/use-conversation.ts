import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { Conversation } from '../conversation/conversation.ts';
import type { ConversationOptions } from '../conversation/conversation-options.ts';
import { type ConversationState, nothingYet } from '../conversation/conversation-state.ts';

/** A conversation that lives as long as the component; what it is made of is what the first rendering says. */
export function useConversation(options: ConversationOptions): [ConversationState, Conversation | undefined] {
  const [first] = useState(options);
  const [conversation, setConversation] = useState<Conversation>();
  useEffect(() => {
    const opened = new Conversation(first);
    setConversation(opened);
    opened.open();
    return () => opened.close();
  }, [first]);
  const subscribe = useCallback(
    (listener: () => void) => conversation?.subscribe(listener) ?? (() => {}),
    [conversation],
  );
  const state = () => conversation?.state ?? nothingYet;
  return [useSyncExternalStore(subscribe, state, state), conversation];
}
