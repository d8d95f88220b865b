import { useEffect, useId, useState } from 'react';
import type { Assistant, ParleyClient } from '../../packages/parley-client/src/index.ts';

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
  const [assistants, setAssistants] = useState<readonly Assistant[]>([]);
  useEffect(() => {
    client.assistants().then(setAssistants, () => {});
  }, [client]);
  const picked = assistants.find(({ name }) => name === (assistant ?? 'default'));
  if (assistants.length === 0) return null;
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
