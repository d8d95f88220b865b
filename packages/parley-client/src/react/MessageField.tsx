import type { ComponentProps, KeyboardEvent } from 'react';

const MOST_ROWS = 8;

interface MessageFieldProps extends ComponentProps<'textarea'> {
  text: string;
  onText: (text: string) => void;
  onSend: (event: KeyboardEvent) => void;
}

/** Where a message is written: Enter sends it, Shift+Enter begins a new line. */
export function MessageField({ text, onText, onSend, ...field }: MessageFieldProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter also ends the choice of a word in scripts that are composed.
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) onSend(event);
  };
  return (
    <textarea
      {...field}
      dir="auto"
      rows={Math.min(MOST_ROWS, text.split('\n').length)}
      value={text}
      onChange={(event) => onText(event.target.value)}
      onKeyDown={onKeyDown}
    />
  );
}
