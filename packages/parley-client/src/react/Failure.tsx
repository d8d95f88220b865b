import { useEffect, useState } from 'react';
import type { TurnFailure } from '../conversation/turn-failure.ts';
import { sayFailure } from './failure-text.ts';
import { AlertIcon } from './icons.tsx';
import { usePanel } from './panel.ts';
import { useStrings } from './strings.ts';

/** Under the last message: why it has no answer, and what can be done about it; before its time a new try is in vain. */
export function Failure({ failure }: { failure: TurnFailure }) {
  const say = useStrings();
  const { state, actions } = usePanel();
  const { discards } = state;
  // There is nothing that could go back anywhere.
  const isDecided = discards === 'approval' && !failure.retryable;
  const seconds = useSecondsUntil(failure.retryAt);
  return (
    <li className="parley-failure">
      <AlertIcon />
      <div>
        <p role="alert">{sayFailure(failure, say)}</p>
        {seconds > 0 && (
          <p role="timer" aria-label={say('timeUntilRetry')}>
            {say('retryIn', { seconds })}
          </p>
        )}
        <div className="parley-choices">
          {failure.retryable && (
            <button type="button" onClick={actions.retry} disabled={seconds > 0}>
              {say('tryAgain')}
            </button>
          )}
          {discards && (
            <button type="button" className={failure.retryable ? 'parley-quiet' : undefined} onClick={actions.discard}>
              {say(isDecided ? 'dismiss' : discards === 'message' ? 'editMessage' : 'cancel')}
            </button>
          )}
        </div>
      </div>
    </li>
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
