import { type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react';
import { ParleyClient, type ParleyClientOptions } from '../client/parley-client.ts';
import { type ConversationState, isUnderWay } from '../conversation/conversation-state.ts';
import type { TurnFailure } from '../conversation/turn-failure.ts';
import { Announcements } from './Announcements.tsx';
import { Composer } from './Composer.tsx';
import { english, type Strings } from './english.ts';
import { type Identity, IdentityProvider } from './identity.ts';
import { offerKeyboard } from './keyboard.ts';
import { MessageList } from './MessageList.tsx';
import { PanelProvider } from './panel.ts';
import { type Renderers, RenderersProvider } from './renderers.ts';
import { Status } from './Status.tsx';
import { fill, MessageSlotsProvider, type Slot, type Slots, SlotsProvider } from './slots.ts';
import { StringsProvider } from './strings.ts';
import { sayIn } from './texts.ts';
import { UsageLine } from './UsageLine.tsx';
import { useConversation } from './use-conversation.ts';
import { useEscape } from './use-escape.ts';
import { type MessageSlotOptions, useMessageSlotValues } from './use-message-slot-values.ts';
import { usePanelActions } from './use-panel-actions.ts';

/**
 * What its conversation is made with stays for as long as the panel is shown; for another session or caller give it
 * another `key`.
 */
export interface ChatPanelProps extends ParleyClientOptions, Identity, Slots, MessageSlotOptions {
  /** The session to go on with; without one, the first message begins one. */
  sessionId?: string | undefined;
  /** Of a new session, until its first message; by default the service's own default. */
  assistant?: string | undefined;
  /**
   * A new session is a temporary one: it is on no list, and is forgotten an hour after its last turn at the latest. A
   * session that there is stays what it is.
   */
  temporary?: boolean | undefined;
  /**
   * Under which the tab keeps what was written and has no session yet. Panels on one page want different ones, and so does
   * each new conversation; by default a panel is named by its place among those that are shown.
   */
  name?: string | undefined;
  /** Called when the conversation is in another session than before: a new one, or none, when the old one is gone. */
  onSession?: ((sessionId: string | undefined) => void) | undefined;
  /** Called when a turn has been stored. */
  onTurn?: (() => void) | undefined;
  /** Called once for each failure that the panel tells, with what is of use to developers. */
  onError?: ((failure: TurnFailure) => void) | undefined;
  /** What the panel is called among the landmarks of its page; by default `strings.chat`. */
  label?: string | undefined;
  /** The id of the message field, for what leads there from elsewhere. */
  fieldId?: string | undefined;
  /**
   * The keyboard goes to the message field as the panel appears: never out of another field or a dialog, and not on touch
   * devices, where a keyboard would open.
   */
  autoFocus?: boolean | undefined;
  /** Texts in place of the panel's English ones: some, or a table of `parley-client/react/languages`. */
  strings?: Partial<Strings> | undefined;
  /** Components of yours for code and links in answers. The same object at every rendering, or all answers are drawn again. */
  renderers?: Renderers | undefined;
  /** Above the messages. */
  header?: Slot;
  /** The panel's parts, arranged in another way: `MessageList`, `Status`, `Composer`, `UsageLine` and your own. */
  children?: ReactNode;
}

/** A conversation with the service: its messages, and where the next one is written. */
export function ChatPanel(props: ChatPanelProps) {
  const { assistant, label, autoFocus, strings, header, renderers = panelsOwn, children = allParts } = props;
  const { assistantName, assistantAvatar, emptyState, footnote } = props;
  const [client] = useState(() => new ParleyClient(props));
  const [state, conversation] = useConversation({ ...props, client });
  const panel = useRef<HTMLElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const ownId = useId();
  const [actions, asked] = usePanelActions(conversation, field);
  const messageSlots = useMessageSlotValues(props, client, conversation);
  const { language = english.language } = strings ?? {};
  const say = useMemo(() => sayIn<Strings>({ ...english, ...strings }), [strings]);
  const identity = useMemo(() => ({ assistantName, assistantAvatar }), [assistantName, assistantAvatar]);
  const answering = isUnderWay(state.phase);

  useEffect(() => conversation?.chooseAssistant(assistant), [conversation, assistant]);
  useEscape(panel, answering, actions.stop);
  useEffect(() => {
    if (autoFocus) offerKeyboard(field.current);
  }, [autoFocus]);
  const value = {
    ...{ state, actions, isUnderWay: answering, asked, field, label },
    canSend: state.phase === 'ready' && state.failure === undefined,
    fieldId: props.fieldId ?? ownId,
  };
  return (
    <StringsProvider value={say}>
      <IdentityProvider value={identity}>
        <SlotsProvider value={{ emptyState, footnote }}>
          <MessageSlotsProvider value={messageSlots}>
            <RenderersProvider value={renderers}>
              <PanelProvider value={value}>
                <section
                  ref={panel}
                  className="parley-panel"
                  part="panel"
                  lang={language}
                  dir={say.direction}
                  aria-label={label ?? say('chat')}
                  data-empty={emptyState !== undefined && isEmpty(state) ? '' : undefined}
                >
                  {fill(header, state)}
                  {children}
                  <Announcements panel={panel} />
                </section>
              </PanelProvider>
            </RenderersProvider>
          </MessageSlotsProvider>
        </SlotsProvider>
      </IdentityProvider>
    </StringsProvider>
  );
}

/** What is stored is on its way where there is a session: it is no first screen until it is known to be empty. */
function isEmpty({ messages, failure, phase, sessionId }: ConversationState): boolean {
  return messages.length === 0 && failure === undefined && (phase === 'ready' || sessionId === undefined);
}

const panelsOwn: Renderers = {};

const allParts = (
  <>
    <MessageList />
    <Status />
    <Composer />
    <UsageLine />
  </>
);
