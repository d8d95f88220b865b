import { type FormEvent, type KeyboardEvent, type Ref, useEffect, useState } from 'react';

const MOST_ROWS = 8;

interface ComposerProps {
  ref: Ref<HTMLTextAreaElement>;
  canSend: boolean;
  isUnderWay: boolean;
  isStopping: boolean;
  /** A message that came to nothing; it goes before what was written since. */
  returned: string | undefined;
  onReturned: () => void;
  onSend: (message: string) => void;
  onStop: () => void;
}

/** Where a message is written: Enter sends it, Shift+Enter begins a new line. */
export function Composer({ ref, canSend, isUnderWay, isStopping, returned, ...on }: ComposerProps) {
  const [text, setText] = useState('');
  const { onReturned } = on;
  useEffect(() => {
    if (returned === undefined) return;
    setText((written) => [returned, written].filter(Boolean).join('\n'));
    onReturned();
  }, [returned, onReturned]);

  const send = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    if (!canSend || text.trim() === '') return;
    setText('');
    on.onSend(text);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter also ends the choice of a word in scripts that are composed.
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) send(event);
  };
  return (
    <form className="parley-composer" onSubmit={send}>
      <textarea
        ref={ref}
        aria-label="Message"
        placeholder="Write a message"
        dir="auto"
        rows={Math.min(MOST_ROWS, text.split('\n').length)}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {isUnderWay ? (
        <button type="button" onClick={on.onStop} disabled={isStopping}>
          Stop
        </button>
      ) : (
        <button type="submit" disabled={!canSend || text.trim() === ''}>
          Send
        </button>
      )}
    </form>
  );
}
