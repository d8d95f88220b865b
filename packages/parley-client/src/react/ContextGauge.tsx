import { type KeyboardEvent, useId, useState } from 'react';
import type { Context, Usage } from '../client/turn-events.ts';
import { useStrings } from './strings.ts';

/** How full the model's context is; and on request, or to be heard, how large the latest turn was and what it left out. */
export function ContextGauge({ usage, context }: { usage: Usage; context: Context }) {
  const say = useStrings();
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const share = Math.min(1, context.prompt_tokens / context.max_prompt_tokens);
  const tokens = (count: number, { estimated }: Usage | Context) =>
    estimated ? say('aboutTokens', { tokens: count }) : count;
  const details = [
    say('answerTokens', { count: usage.completion_tokens, tokens: tokens(usage.completion_tokens, usage) }),
    say('contextTokens', { tokens: tokens(context.prompt_tokens, context), limit: context.max_prompt_tokens }),
    ...(context.dropped_messages > 0 ? [say('droppedMessages', { count: context.dropped_messages })] : []),
  ];
  const percent = new Intl.NumberFormat(say.locale, { style: 'percent' }).format(share);
  const name = say('contextUsed', { percent });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !isOpen) return;
    // It stops no answer then.
    event.preventDefault();
    setOpen(false);
  };
  return (
    <div className="parley-gauge">
      <button
        type="button"
        className="parley-quiet"
        aria-label={[name, ...details].join(' · ')}
        title={name}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      >
        <svg className="parley-ring" viewBox="0 0 16 16" aria-hidden="true">
          <circle cx="8" cy="8" r="6" />
          <circle cx="8" cy="8" r="6" pathLength="1" strokeDasharray={`${share} 1`} />
        </svg>
        {percent}
      </button>
      <p id={id} hidden={!isOpen}>
        {details.map((detail) => (
          <span key={detail}>{detail}</span>
        ))}
      </p>
    </div>
  );
}
