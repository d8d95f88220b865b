import { useLayoutEffect, useRef, useState } from 'react';
import type { ConversationState } from '../conversation/conversation-state.ts';
import { CanSend } from './can-send.ts';
import { type MessageActions, MessageItem } from './MessageItem.tsx';

/** Within so many pixels of an end it counts as reached. */
const NEAR = 80;

interface MessageListProps extends MessageActions {
  state: ConversationState;
  onEarlier: () => void;
}

/** The messages; it follows the newest for as long as the user does not scroll away from it. */
export function MessageList({ state, onEarlier, ...actions }: MessageListProps) {
  const { messages, phase, failure, hasMore } = state;
  const list = useRef<HTMLElement>(null);
  const [follows, setFollows] = useState(true);
  // What was the first message when the user scrolled last, and how far below the upper edge it was then.
  const seen = useRef<{ message: HTMLElement; below: number }>(undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown changes with the messages
  useLayoutEffect(() => {
    const element = list.current as HTMLElement;
    const first = element.querySelector('li');
    if (follows) element.scrollTop = element.scrollHeight;
    // Older messages have come in above those that the user reads.
    else if (seen.current?.message.isConnected && first !== seen.current.message) {
      element.scrollTop = seen.current.message.offsetTop - seen.current.below;
    }
  }, [messages, follows]);

  const onScroll = () => {
    const element = list.current as HTMLElement;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const message = element.querySelector('li');
    if (message !== null) seen.current = { message, below: message.offsetTop - scrollTop };
    setFollows(scrollHeight - scrollTop - clientHeight < NEAR);
    if (hasMore && scrollTop < NEAR && scrollHeight > clientHeight) onEarlier();
  };
  const isUnderWay = phase !== 'loading' && phase !== 'ready';
  const canSend = phase === 'ready' && failure === undefined;
  return (
    <div className="parley-messages">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section ref={list} aria-label="Messages" tabIndex={0} onScroll={onScroll} aria-busy={phase === 'loading'}>
        {hasMore && (
          <button type="button" className="parley-quiet" onClick={onEarlier}>
            Show earlier messages
          </button>
        )}
        {messages.length === 0 && phase === 'ready' && <p className="parley-empty">Ask something to begin.</p>}
        <ol className={canSend ? 'parley-list' : 'parley-list parley-busy'}>
          <CanSend value={canSend}>
            {messages.map(({ key, role, content, finishReason }, place) => (
              <MessageItem
                key={key}
                messageKey={key}
                role={role}
                content={content}
                finishReason={finishReason}
                isUnderWay={isUnderWay && role === 'assistant' && place === messages.length - 1}
                {...actions}
              />
            ))}
          </CanSend>
        </ol>
      </section>
      {!follows && (
        <button type="button" className="parley-newest" onClick={() => setFollows(true)}>
          Newest messages
        </button>
      )}
    </div>
  );
}
