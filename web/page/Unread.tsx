interface UnreadProps {
  /** What could not be read, in a sentence. */
  children: string;
  onRetry: () => void;
}

/** Says that something could not be read, which must not look as if there were none of it. */
export function Unread({ children, onRetry }: UnreadProps) {
  return (
    <p role="status" className="parley-unread">
      {children}{' '}
      <button type="button" className="parley-quiet" aria-label={`Try again: ${children}`} onClick={onRetry}>
        Try again
      </button>
    </p>
  );
}
