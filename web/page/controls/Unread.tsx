import { useStrings } from '../languages/strings.ts';

interface UnreadProps {
  /** What could not be read, in a sentence. */
  children: string;
  onRetry: () => void;
}

/** Says that something could not be read, which must not look as if there were none of it. */
export function Unread({ children, onRetry }: UnreadProps) {
  const say = useStrings();
  return (
    <p role="status" className="parley-unread">
      {children}{' '}
      <button type="button" aria-label={say('tryAgainFor', { reason: children })} onClick={onRetry}>
        {say('tryAgain')}
      </button>
    </p>
  );
}
