import { useId, useState } from 'react';
import type { Summary } from '../client/contract.ts';
import { useStrings } from './strings.ts';

/** Where the messages begin that the model is shown as they are: what it knows of those before, on request. */
export function SummaryNote({ summaries }: { summaries: readonly Summary[] }) {
  const say = useStrings();
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <li className="parley-note">
      <p className="parley-divider">
        <span>
          {say('summarized')}{' '}
          <button
            type="button"
            className="parley-quiet"
            aria-expanded={isOpen}
            aria-controls={id}
            onClick={() => setOpen(!isOpen)}
          >
            {say('showSummary')}
          </button>
        </span>
      </p>
      <div id={id} hidden={!isOpen}>
        {summaries.map(({ text, from_turn_id }) => (
          <p key={from_turn_id} className="parley-verbatim" dir="auto">
            {text}
          </p>
        ))}
      </div>
    </li>
  );
}
