import { useId } from 'react';
import { useStrings } from './strings.ts';
import { Unread } from './Unread.tsx';
import type { Assistants } from './use-assistants.ts';

interface AssistantPickerProps {
  assistants: Assistants;
  picked: string | undefined;
  onPick: (name: string) => void;
}

/** With whom a new conversation is to be. */
export function AssistantPicker({ assistants, picked, onPick }: AssistantPickerProps) {
  const say = useStrings();
  const id = useId();
  if (assistants.isUnread) return <Unread onRetry={assistants.reload}>{say('assistantsUnread')}</Unread>;
  if (assistants.items.length === 0) return null;
  const assistant = assistants.named(picked);
  return (
    <div className="parley-picker">
      <label htmlFor={id}>{say('assistant')}</label>
      <select id={id} value={assistant?.name} onChange={(event) => onPick(event.target.value)}>
        {assistants.items.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
      <span dir="auto">{assistant?.description}</span>
    </div>
  );
}
