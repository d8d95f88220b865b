import { useLayoutEffect, useRef, useState } from 'react';
import type { ConversationState } from '../conversation/conversation-state.ts';
import { windowStartOf } from '../conversation/window-start.ts';
import { CanSend } from './can-send.ts';
import { type MessageActions, MessageItem } from './MessageItem.tsx';
import { SummaryNote } from './SummaryNote.tsx';
import { useStrings } from './strings.ts';

/** Within so many pixels of an end it counts as reached. */
const NEAR = 80;

interface MessageListProps extends MessageActions {
  state: ConversationState;
  onEarlier: () => void;
}

/** The messages; it follows the newest for as long as the user does not scroll away from it. */
export function MessageList({ state, onEarlier, ...actions }: MessageListProps) {
  const { messages, phase, failure, hasMore } = state;
  const say = useStrings();
  const list = useRef<HTMLElement>(null);
  const [follows, setFollows] = useState(true);
  // What the user read when they scrolled last: its place in the list, and how far below the upper edge that was.
  const seen = useRef<{ message: HTMLElement; place: number; below: number }>(undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown changes with the messages
  useLayoutEffect(() => {
    const element = list.current as HTMLElement;
    const { message, place, below } = seen.current ?? {};
    if (follows) element.scrollTop = element.scrollHeight;
    // Something has come in above what the user reads.
    else if (message?.isConnected && message.offsetTop !== place) element.scrollTop = message.offsetTop - (below ?? 0);
  }, [messages, follows]);

  const onScroll = () => {
    const element = list.current as HTMLElement;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const items = [...element.querySelectorAll<HTMLElement>('.parley-message')];
    const message = items.find(({ offsetTop, offsetHeight }) => offsetTop + offsetHeight > scrollTop);
    const place = message?.offsetTop ?? 0;
    seen.current = message && { message, place, below: place - scrollTop };
    setFollows(scrollHeight - scrollTop - clientHeight < NEAR);
    if (hasMore && scrollTop < NEAR && scrollHeight > clientHeight) onEarlier();
  };
  const isUnderWay = phase !== 'loading' && phase !== 'ready';
  const windowStart = windowStartOf(state);
  const canSend = phase === 'ready' && failure === undefined;
  return (
    <div className="parley-messages">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section ref={list} aria-label={say('messages')} tabIndex={0} onScroll={onScroll} aria-busy={phase === 'loading'}>
        {hasMore && (
          <button type="button" className="parley-quiet" onClick={onEarlier}>
            {say('showEarlier')}
          </button>
        )}
        {messages.length === 0 && phase === 'ready' && <p className="parley-empty">{say('emptyConversation')}</p>}
        <ol className={canSend ? 'parley-list' : 'parley-list parley-busy'}>
          <CanSend.Provider value={canSend}>
            {messages.flatMap(({ key, role, content, finishReason }, place) => [
              <MessageItem
                key={key}
                messageKey={key}
                role={role}
                content={content}
                finishReason={finishReason}
                isUnderWay={isUnderWay && role === 'assistant' && place === messages.length - 1}
                {...actions}
              />,
              ...(windowStart?.behind === key ? [<SummaryNote key="summary" summaries={windowStart.summaries} />] : []),
            ])}
          </CanSend.Provider>
        </ol>
      </section>
      {!follows && (
        <button type="button" className="parley-newest" onClick={() => setFollows(true)}>
          {say('jumpToLatest')}
        </button>
      )}
    </div>
  );
}
