import { useLayoutEffect, useRef, useState } from 'react';
import type { ConversationState } from '../conversation/conversation-state.ts';
import { MessageItem } from './MessageItem.tsx';

/** Within so many pixels of an end it counts as reached. */
const NEAR = 80;

interface MessageListProps {
  state: ConversationState;
  onEarlier: () => void;
  onAgain: (message: string) => void;
}

/** The messages; it follows the newest for as long as the user does not scroll away from it. */
export function MessageList({ state, onEarlier, onAgain }: MessageListProps) {
  const { messages, phase, failure, hasMore } = state;
  const list = useRef<HTMLElement>(null);
  const [follows, setFollows] = useState(true);
  const place = useRef({ first: messages[0]?.key, height: 0 });

  useLayoutEffect(() => {
    const element = list.current as HTMLElement;
    const { first, height } = place.current;
    // Older messages have come in above those that the user reads.
    if (!follows && first !== messages[0]?.key) element.scrollTop += element.scrollHeight - height;
    if (follows) element.scrollTop = element.scrollHeight;
    place.current = { first: messages[0]?.key, height: element.scrollHeight };
  }, [messages, follows]);

  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = list.current as HTMLElement;
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
          {messages.map(({ key, role, content, finishReason }, place) => (
            <MessageItem
              key={key}
              role={role}
              content={content}
              finishReason={finishReason}
              isUnderWay={isUnderWay && role === 'assistant' && place === messages.length - 1}
              onAgain={onAgain}
            />
          ))}
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
