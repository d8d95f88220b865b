import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import type { FeedbackReason } from '../client/contract.ts';
import { isComposing } from './composing.ts';
import type { Strings } from './english.ts';
import { useStrings } from './strings.ts';
import type { Why } from './use-rating.ts';

const reasons: Record<FeedbackReason, keyof Strings> = {
  incorrect: 'reasonIncorrect',
  incomplete: 'reasonIncomplete',
  unsafe: 'reasonUnsafe',
  tone: 'reasonTone',
  other: 'reasonOther',
};

/** In characters; the service takes no more. */
const LONGEST_COMMENT = 2000;

interface FeedbackFormProps {
  /** Rejects where it could not be kept. */
  onSend: (why: Why) => Promise<void>;
  onClose: () => void;
}

/** What is wrong with an answer. Escape leaves it unsaid. */
export function FeedbackForm({ onSend, onClose }: FeedbackFormProps) {
  const say = useStrings();
  const [reason, setReason] = useState<FeedbackReason>();
  const [comment, setComment] = useState('');
  const [sending, setSending] = useState<'now' | 'failed'>();
  const first = useRef<HTMLInputElement>(null);
  const name = useId();
  useEffect(() => first.current?.focus(), []);

  const said = { ...(reason && { reason }), ...(comment.trim() && { comment: comment.trim() }) };
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (sending === 'now') return;
    setSending('now');
    await onSend(said).catch(() => setSending('failed'));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || isComposing(event.nativeEvent)) return;
    // It stops no answer then.
    event.preventDefault();
    onClose();
  };
  return (
    <form className="parley-feedback" onSubmit={send} onKeyDown={onKeyDown}>
      <fieldset>
        <legend>{say('whatWasWrong')}</legend>
        {Object.entries(reasons).map(([value, text], place) => (
          <label key={value} className="parley-chip">
            <input
              ref={place === 0 ? first : undefined}
              type="radio"
              name={name}
              checked={reason === value}
              onChange={() => setReason(value as FeedbackReason)}
            />
            {say(text)}
          </label>
        ))}
      </fieldset>
      <textarea
        dir={comment === '' ? undefined : 'auto'}
        rows={2}
        maxLength={LONGEST_COMMENT}
        aria-label={say('comment')}
        placeholder={say('comment')}
        value={comment}
        onChange={(event) => setComment(event.target.value)}
      />
      {sending === 'failed' && <p role="alert">{say('feedbackFailed')}</p>}
      <div className="parley-choices">
        <button type="submit" disabled={Object.keys(said).length === 0}>
          {say('sendFeedback')}
        </button>
        <button type="button" className="parley-quiet" onClick={onClose}>
          {say('skipFeedback')}
        </button>
      </div>
    </form>
  );
}
