import { type RefObject, useMemo, useState } from 'react';
import type { Approval } from '../client/steps.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { glide } from './glide.ts';
import { focusField } from './keyboard.ts';
import type { PanelActions } from './panel.ts';

/**
 * What the user does in a panel, and how often that was to ask. The button that was used is mostly gone then: the keyboard
 * goes to the message field.
 */
export function usePanelActions(
  conversation: Conversation | undefined,
  field: RefObject<HTMLTextAreaElement | null>,
): [PanelActions, number] {
  const [asked, setAsked] = useState(0);
  const actions = useMemo(() => {
    const done = () => focusField(field.current);
    const ask = () => {
      setAsked((times) => times + 1);
      done();
    };
    return {
      send: (message: string) => {
        glide(field.current?.form);
        conversation?.send(message);
        ask();
      },
      edit: (messageKey: string, text: string) => {
        conversation?.edit(messageKey, text);
        ask();
      },
      regenerate: (messageKey: string) => {
        conversation?.regenerate(messageKey);
        ask();
      },
      approve: (decisions: readonly Approval[]) => {
        conversation?.approve(decisions);
        ask();
      },
      retry: () => {
        conversation?.retry();
        ask();
      },
      discard: () => {
        conversation?.discard();
        done();
      },
      takeQueuedBack: () => {
        conversation?.takeQueuedBack();
        done();
      },
      dropQueued: () => {
        conversation?.dropQueued();
        done();
      },
      stop: () => {
        const { activeElement, body } = document;
        // Escape may have come from anywhere.
        const isElsewhere = activeElement !== body && !field.current?.form?.contains(activeElement);
        conversation?.stop();
        if (!isElsewhere) done();
      },
      loadEarlier: () => conversation?.loadEarlier(),
      dismissNotice: () => {
        conversation?.dismissNotice();
        done();
      },
      keepDraft: (text: string) => conversation?.keepDraft(text),
      takeReturned: () => conversation?.takeReturned(),
    };
  }, [conversation, field]);
  return [actions, asked];
}
