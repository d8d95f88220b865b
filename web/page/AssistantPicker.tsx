import { useCallback, useEffect, useId, useState } from 'react';
import type { Assistant, ParleyClient } from '../../packages/parley-client/src/index.ts';
import { Unread } from './Unread.tsx';

interface AssistantPickerProps {
  client: ParleyClient;
  assistant: string | undefined;
  /** A conversation that has begun keeps its assistant. */
  isFixed: boolean;
  onPick: (name: string) => void;
}

/** With whom the conversation is. */
export function AssistantPicker({ client, assistant, isFixed, onPick }: AssistantPickerProps) {
  const id = useId();
  const [assistants, setAssistants] = useState<readonly Assistant[] | 'unread'>([]);
  const read = useCallback(() => {
    client.assistants().then(setAssistants, () => setAssistants('unread'));
  }, [client]);
  useEffect(read, [read]);
  if (assistants === 'unread') return <Unread onRetry={read}>The assistants could not be read.</Unread>;
  if (assistants.length === 0) return null;
  const picked = assistants.find(({ name }) => name === (assistant ?? 'default'));
  return (
    <div className="parley-picker">
      <label htmlFor={id}>Assistant</label>
      <select id={id} value={picked?.name} disabled={isFixed} onChange={(event) => onPick(event.target.value)}>
        {assistants.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
      {!isFixed && <span>{picked?.description}</span>}
    </div>
  );
}
