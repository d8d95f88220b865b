import type { ComponentPropsWithoutRef, KeyboardEvent, Ref } from 'react';
import { isComposing } from './composing.ts';

const MOST_ROWS = 8;

interface MessageFieldProps extends ComponentPropsWithoutRef<'textarea'> {
  inputRef: Ref<HTMLTextAreaElement>;
  text: string;
  onText: (text: string) => void;
  onSend: (event: KeyboardEvent) => void;
}

/** Where a message is written: Enter sends it, Shift+Enter begins a new line. */
export function MessageField({ inputRef, text, onText, onSend, ...field }: MessageFieldProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !isComposing(event.nativeEvent)) onSend(event);
  };
  return (
    <textarea
      {...field}
      ref={inputRef}
      // What is written has its own direction; an empty field, that of its placeholder.
      dir={text === '' ? undefined : 'auto'}
      rows={Math.min(MOST_ROWS, text.split('\n').length)}
      value={text}
      onChange={(event) => onText(event.target.value)}
      onKeyDown={onKeyDown}
    />
  );
}
