import { type FormEvent, type KeyboardEvent, type Ref, useEffect, useState } from 'react';
import { MessageField } from './MessageField.tsx';
import { useStrings } from './strings.ts';

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

/** Where the next message is written. */
export function Composer({ ref, canSend, isUnderWay, isStopping, returned, ...on }: ComposerProps) {
  const say = useStrings();
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
  return (
    <form className="parley-composer" onSubmit={send}>
      <MessageField
        ref={ref}
        aria-label={say('message')}
        placeholder={say('writeMessage')}
        text={text}
        onText={setText}
        onSend={send}
      />
      {isUnderWay ? (
        <button type="button" onClick={on.onStop} disabled={isStopping}>
          {say('stop')}
        </button>
      ) : (
        <button type="submit" disabled={!canSend || text.trim() === ''}>
          {say('send')}
        </button>
      )}
    </form>
  );
}
