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
  const { keepDraft, takeReturned } = actions;
  const write = (next: string) => {
    setText(next);
    keepDraft(next);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is taken over once, before what is written then
  useEffect(() => {
    if (returned === undefined) return;
    write([returned, text].filter(Boolean).join('\n'));
    takeReturned();
  }, [returned, takeReturned]);

  const send = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    if (!canSend || text.trim() === '') return;
    write('');
    actions.send(text);
  };
  return (
    <form className="parley-composer" part="composer" onSubmit={send}>
      <MessageField
        inputRef={field}
        id={fieldId}
        aria-label={say('message')}
        placeholder={say('writeMessage')}
        text={text}
        onText={write}
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
