import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { ParleyClient, type ParleyClientOptions } from '../client/parley-client.ts';
import { Announcements } from './Announcements.tsx';
import { Composer } from './Composer.tsx';
import { Failure } from './Failure.tsx';
import { MessageList } from './MessageList.tsx';
import { Notices } from './Notices.tsx';
import { english, type Strings, StringsProvider } from './strings.ts';
import { UsageLine } from './UsageLine.tsx';
import { useConversation } from './use-conversation.ts';

/** What a panel is made with stays for as long as it is shown; for another session or caller give it another `key`. */
export interface ChatPanelProps extends ParleyClientOptions {
  /** The session to go on with; without one, the first message begins one. */
  sessionId?: string | undefined;
  /** Of a new session, until its first message; by default the service's own default. */
  assistant?: string | undefined;
  /** Called when the conversation is in another session than before: a new one, or none, when the old one is gone. */
  onSession?: (sessionId: string | undefined) => void;
  /** Called when a turn has been stored. */
  onTurn?: () => void;
  /** Texts in place of the panel's English ones. */
  strings?: Partial<Strings> | undefined;
}

/** A conversation with the service: its messages, and where the next one is written. */
export function ChatPanel({ sessionId, assistant, onSession, onTurn, strings, ...place }: ChatPanelProps) {
  const [client] = useState(() => new ParleyClient(place));
  const [state, conversation] = useConversation({ client, sessionId, assistant, onSession, onTurn });
  const texts = useMemo(() => ({ ...english, ...strings }), [strings]);
  const input = useRef<HTMLTextAreaElement>(null);
  const isUnderWay = !['loading', 'ready'].includes(state.phase);

  useEffect(() => conversation?.chooseAssistant(assistant), [conversation, assistant]);
  const send = useCallback(
    (message: string) => {
      conversation?.send(message);
      input.current?.focus();
    },
    [conversation],
  );
  const edit = useCallback(
    (messageKey: string, text: string) => {
      conversation?.edit(messageKey, text);
      input.current?.focus();
    },
    [conversation],
  );
  const regenerate = useCallback(
    (messageKey: string) => {
      conversation?.regenerate(messageKey);
      input.current?.focus();
    },
    [conversation],
  );
  const stop = () => {
    conversation?.stop();
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !isUnderWay) return;
    event.preventDefault();
    stop();
  };
  const discard = () => {
    conversation?.discard();
    input.current?.focus();
  };
  const retry = () => {
    conversation?.retry();
    input.current?.focus();
  };
  return (
    <StringsProvider value={texts}>
      <section className="parley-panel" aria-label={texts.chat} onKeyDown={onKeyDown}>
        <MessageList
          state={state}
          onEarlier={() => conversation?.loadEarlier()}
          onAgain={send}
          onEdit={edit}
          onRegenerate={regenerate}
        />
        <Notices phase={state.phase} notice={state.notice} onDismiss={() => conversation?.dismissNotice()} />
        {state.failure && (
          <Failure
            key={state.failure.retryAt}
            failure={state.failure}
            onRetry={retry}
            // Without a message it is the conversation that could not be read.
            onDiscard={state.messages.at(-1)?.role === 'user' ? discard : undefined}
          />
        )}
        <Composer
          ref={input}
          canSend={state.phase === 'ready' && state.failure === undefined}
          isUnderWay={isUnderWay}
          isStopping={state.phase === 'stopping'}
          returned={state.returned}
          onReturned={() => conversation?.takeReturned()}
          onSend={send}
          onStop={stop}
        />
        <UsageLine usage={state.usage} context={state.context} />
        <Announcements state={state} />
      </section>
    </StringsProvider>
  );
}
