import { type FormEvent, type KeyboardEvent, useContext, useEffect, useId, useRef, useState } from 'react';
import { CanSend } from './can-send.ts';
import { isComposing } from './composing.ts';
import { MessageField } from './MessageField.tsx';
import { useStrings } from './strings.ts';

interface MessageEditorProps {
  /** As it was sent. */
  message: string;
  onSend: (text: string) => void;
  onCancel: () => void;
}

/** Where a message that was sent is written anew, in its place. Escape leaves it as it was. */
export function MessageEditor({ message, onSend, onCancel }: MessageEditorProps) {
  const say = useStrings();
  const [text, setText] = useState(message);
  const canSend = useContext(CanSend) && text.trim() !== '';
  const input = useRef<HTMLTextAreaElement>(null);
  const hint = useId();
  useEffect(() => {
    input.current?.focus();
    input.current?.setSelectionRange(message.length, message.length);
  }, [message]);

  const send = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    if (canSend) onSend(text);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || isComposing(event.nativeEvent)) return;
    // It stops no answer then.
    event.preventDefault();
    onCancel();
  };
  return (
    <form className="parley-editor" onSubmit={send} onKeyDown={onKeyDown}>
      <MessageField
        inputRef={input}
        aria-label={say('editedMessage')}
        aria-describedby={hint}
        text={text}
        onText={setText}
        onSend={send}
      />
      <p id={hint}>{say('editHint')}</p>
      <div className="parley-choices">
        <button type="button" className="parley-quiet" onClick={onCancel}>
          {say('cancel')}
        </button>
        <button type="submit" disabled={!canSend}>
          {say('sendEdited')}
        </button>
      </div>
    </form>
  );
}
