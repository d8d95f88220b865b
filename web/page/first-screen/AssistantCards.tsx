import { useId } from 'react';
import type { Assistant } from '../../../packages/parley-client/src/index.ts';
import { Avatar } from '../controls/Avatar.tsx';
import { CheckIcon } from '../controls/icons.tsx';
import { useStrings } from '../languages/strings.ts';

interface AssistantCardsProps {
  assistants: readonly Assistant[];
  picked: Assistant | undefined;
  onPick: (name: string) => void;
}

/** With whom a new conversation is to be: one of them, which the arrow keys go through. */
export function AssistantCards({ assistants, picked, onPick }: AssistantCardsProps) {
  const say = useStrings();
  const id = useId();
  return (
    <fieldset className="parley-cards">
      <legend className="parley-hidden">{say('assistants')}</legend>
      {assistants.map((assistant) => {
        const { name, title, description } = assistant;
        return (
          <label key={name} className="parley-card">
            <input
              type="radio"
              name={id}
              checked={assistant === picked}
              onChange={() => onPick(name)}
              aria-labelledby={`${id}${name}`}
              aria-describedby={`${id}${name}-description`}
            />
            <Avatar assistant={assistant} />
            <span id={`${id}${name}`} className="parley-card-title">
              <bdi>{title}</bdi>
            </span>
            <span id={`${id}${name}-description`} className="parley-card-description" title={description}>
              <bdi>{description}</bdi>
            </span>
            <CheckIcon />
          </label>
        );
      })}
    </fieldset>
  );
}
