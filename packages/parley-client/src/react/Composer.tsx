import { type FormEvent, type KeyboardEvent, useEffect, useState } from 'react';
import { MessageField } from './MessageField.tsx';
import { usePanel } from './panel.ts';
import { useStrings } from './strings.ts';

/** Where a panel's next message is written, and an answer is stopped. */
export function Composer() {
  const { state, actions, isUnderWay, canSend, field, fieldId } = usePanel();
  const say = useStrings();
  const [text, setText] = useState('');
  const { returned, phase } = state;
  const { takeReturned } = actions;
  useEffect(() => {
    if (returned === undefined) return;
    setText((written) => [returned, written].filter(Boolean).join('\n'));
    takeReturned();
  }, [returned, takeReturned]);

  const send = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    if (!canSend || text.trim() === '') return;
    setText('');
    actions.send(text);
  };
  return (
    <form className="parley-composer" onSubmit={send}>
      <MessageField
        inputRef={field}
        id={fieldId}
        aria-label={say('message')}
        placeholder={say('writeMessage')}
        text={text}
        onText={setText}
        onSend={send}
      />
      {isUnderWay ? (
        <button type="button" onClick={actions.stop} disabled={phase === 'stopping'}>
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
