import { useEffect, useRef } from 'react';
import { useStrings } from '../languages/strings.ts';

/** In characters, of a title. */
const LONGEST = 200;

interface TitleEditorProps {
  title: string;
  /** Called once, with nothing where the title stays as it is. */
  onDone: (title: string | undefined) => void;
}

/** Where a conversation's title is written anew. Enter and going elsewhere keep it, Escape does not. */
export function TitleEditor({ title, onDone }: TitleEditorProps) {
  const say = useStrings();
  const field = useRef<HTMLInputElement>(null);
  const isDone = useRef(false);
  useEffect(() => field.current?.select(), []);
  const end = (keeps: boolean) => {
    // What goes loses the keyboard once more.
    if (isDone.current) return;
    isDone.current = true;
    onDone((keeps && field.current?.value.trim()) || undefined);
  };
  return (
    <form
      className="parley-title-editor"
      onSubmit={(event) => {
        event.preventDefault();
        end(true);
      }}
    >
      <input
        ref={field}
        type="text"
        dir="auto"
        aria-label={say('newTitle')}
        defaultValue={title}
        maxLength={LONGEST}
        autoComplete="off"
        // Once the keyboard is where it goes.
        onBlur={() => setTimeout(end, 0, true)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
          event.preventDefault();
          end(false);
        }}
      />
    </form>
  );
}
