import { useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Rating } from '../client/contract.ts';
import type { Message } from '../conversation/conversation-state.ts';
import { FeedbackForm } from './FeedbackForm.tsx';
import { IconButton } from './IconButton.tsx';
import { RegenerateIcon } from './icons.tsx';
import { MessageActions } from './MessageActions.tsx';
import { CopyButton } from './markdown/CopyButton.tsx';
import { markdownOf } from './markdown-of.ts';
import { RatingButtons } from './RatingButtons.tsx';
import { useMessageSlots } from './slots.ts';
import { useStrings } from './strings.ts';
import { useForAWhile } from './use-for-a-while.ts';
import { useRating, type Why } from './use-rating.ts';

const THANKED_MS = 5000;

interface AnswerActionsProps {
  message: Message;
  onRegenerate: (() => void) | undefined;
}

/** What can be done with an answer. Of one that is called bad it is asked why, while that is kept. */
export function AnswerActions({ message, onRegenerate }: AnswerActionsProps) {
  const say = useStrings();
  const slots = useMessageSlots();
  const { turnId = '', rating: given } = message;
  const latest = useRef<Promise<unknown>>(Promise.resolve());
  /** One after the other, in the order in which they were said: the last one is what stays. */
  const keep = (next: Rating, why?: Why) => {
    const kept = latest.current.then(() => slots.rate?.({ turnId, rating: next, ...why }));
    latest.current = kept.catch(() => {});
    return kept;
  };
  const { rating, hasFailed, rate } = useRating(given, keep);
  const [isAsked, setAsked] = useState(false);
  const [isThanked, setThanked] = useForAWhile<true>(THANKED_MS);
  const bad = useRef<HTMLButtonElement>(null);
  const onRate = (next: Rating) => {
    rate(next);
    setAsked(next === 'down');
  };
  const close = () => {
    flushSync(() => setAsked(false));
    bad.current?.focus();
  };
  const send = async (why: Why) => {
    await keep('down', why);
    setThanked(true);
    close();
  };
  const own = {
    copy: <CopyButton label={say('copy')} text={() => markdownOf(message)} />,
    regenerate: onRegenerate && (
      <IconButton name={say('regenerate')} icon={RegenerateIcon} className="parley-again" onClick={onRegenerate} />
    ),
    rate: slots.rate && turnId && <RatingButtons rating={rating} onRate={onRate} badRef={bad} />,
  };
  return (
    <>
      <div className="parley-below">
        <MessageActions message={message} own={own} />
        <span role="status" className={hasFailed ? 'parley-unkept' : 'parley-thanks'}>
          {hasFailed ? say('ratingFailed') : isThanked && say('feedbackThanks')}
        </span>
      </div>
      {isAsked && !hasFailed && <FeedbackForm onSend={send} onClose={close} />}
    </>
  );
}
