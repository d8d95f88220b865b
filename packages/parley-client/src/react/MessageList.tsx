import { useRef } from 'react';
import type { Message } from '../conversation/conversation-state.ts';
import { windowStartOf } from '../conversation/window-start.ts';
import { CanSend } from './can-send.ts';
import { copyTex } from './copy-tex.ts';
import { DroppedNote } from './DroppedNote.tsx';
import { Failure } from './Failure.tsx';
import { IconButton } from './IconButton.tsx';
import { ArrowDownIcon } from './icons.tsx';
import { MessageItem } from './MessageItem.tsx';
import { usePanel } from './panel.ts';
import { SummaryNote } from './SummaryNote.tsx';
import { fill, useSlots } from './slots.ts';
import { decisionText } from './steps/decision-text.ts';
import { useStrings } from './strings.ts';
import { useFollowing } from './use-following.ts';

/** Within so many pixels of the upper end, earlier messages are read. */
const NEAR = 80;

/** A panel's messages; it follows the newest for as long as the user does not scroll away from it. */
export function MessageList() {
  const { state, actions, canSend, asked, label } = usePanel();
  const { messages, phase, hasMore, failure } = state;
  const { emptyState } = useSlots();
  const say = useStrings();
  const list = useRef<HTMLElement>(null);
  const { follows, onScroll, toNewest } = useFollowing(list, asked);

  const readOn = () => {
    const { scrollTop, scrollHeight, clientHeight } = list.current as HTMLElement;
    if (hasMore && scrollTop < NEAR && scrollHeight > clientHeight) actions.loadEarlier();
  };
  const { summarized, dropped } = windowStartOf(state);
  const last = messages.at(-1);
  const open = canSend && state.open.length > 0 ? state.open : undefined;
  return (
    <div className="parley-messages">
      <section
        ref={list}
        aria-label={label === undefined ? say('messages') : `${label}: ${say('messages')}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
        tabIndex={0}
        onCopy={copyTex}
        onScroll={() => {
          onScroll();
          readOn();
        }}
        aria-busy={phase === 'loading'}
      >
        {hasMore && (
          <button type="button" className="parley-quiet parley-earlier" onClick={actions.loadEarlier}>
            {say('showEarlier')}
          </button>
        )}
        {messages.length === 0 &&
          phase === 'ready' &&
          (emptyState === undefined ? (
            <p className="parley-empty">{say('emptyConversation')}</p>
          ) : (
            fill(emptyState, state)
          ))}
        <ol className={canSend ? 'parley-list' : 'parley-list parley-busy'}>
          <CanSend.Provider value={canSend}>
            {messages.flatMap(({ key, isUnderWay = false, isOutput, ...message }, place) => [
              !isOutput && (
                <MessageItem
                  key={key}
                  messageKey={key}
                  {...message}
                  isUnderWay={isUnderWay}
                  isLast={key === last?.key}
                  decision={message.approve && decisionText(messages, place, say)}
                  isRepeatable={isWritten(messages[place - 1])}
                  open={key === last?.key ? open : undefined}
                  actions={actions}
                />
              ),
              ...(summarized?.behind === key ? [<SummaryNote key="summary" summaries={summarized.summaries} />] : []),
              ...(dropped?.behind === key ? [<DroppedNote key="dropped" count={dropped.count} />] : []),
            ])}
          </CanSend.Provider>
          {failure && <Failure key={failure.retryAt} failure={failure} />}
        </ol>
      </section>
      {!follows && messages.length > 0 && (
        <IconButton className="parley-newest" name={say('jumpToLatest')} icon={ArrowDownIcon} onClick={toNewest} />
      )}
    </div>
  );
}

/** What was asked is a message: an answer to a decision cannot be asked for again. */
function isWritten(asked: Message | undefined): boolean {
  return asked?.approve === undefined && !asked?.isOutput;
}
