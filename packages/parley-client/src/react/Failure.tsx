import { useEffect, useState } from 'react';
import type { ConversationState } from '../conversation/conversation-state.ts';
import type { TurnFailure } from '../conversation/turn-failure.ts';
import { sayFailure } from './failure-text.ts';
import { useStrings } from './strings.ts';

interface FailureProps {
  failure: TurnFailure;
  discards: ConversationState['discards'];
  onRetry: () => void;
  onDiscard: () => void;
}

/** Why there is no answer, and what can be done about it; before its time a new try is in vain. */
export function Failure({ failure, discards, onRetry, onDiscard }: FailureProps) {
  const say = useStrings();
  const seconds = useSecondsUntil(failure.retryAt);
  return (
    <div className="parley-failure">
      <p role="alert">{sayFailure(failure, say)}</p>
      {seconds > 0 && (
        <p role="timer" aria-label={say('timeUntilRetry')}>
          {say('retryIn', { seconds })}
        </p>
      )}
      {failure.retryable && (
        <button type="button" onClick={onRetry} disabled={seconds > 0}>
          {say('tryAgain')}
        </button>
      )}
      {discards && (
        <button type="button" className={failure.retryable ? 'parley-quiet' : undefined} onClick={onDiscard}>
          {say(discards === 'message' ? 'editMessage' : 'cancel')}
        </button>
      )}
    </div>
  );
}

function useSecondsUntil(time: number | undefined): number {
  const [now, setNow] = useState(Date.now);
  const seconds = Math.max(0, Math.ceil(((time ?? 0) - now) / 1000));
  const isOver = seconds === 0;
  useEffect(() => {
    if (isOver) return;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [isOver]);
  return seconds;
}
