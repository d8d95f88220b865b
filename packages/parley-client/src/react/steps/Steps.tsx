import { memo, useId, useState } from 'react';
import type { ShownStep } from '../../conversation/conversation-state.ts';
import { AlertIcon, CheckIcon, ChevronIcon } from '../icons.tsx';
import { useRenderers } from '../renderers.ts';
import { useStrings } from '../strings.ts';
import { StepLine } from './StepLine.tsx';

/** So many and more are one line, once the answer goes on behind them. */
const MANY = 3;

interface StepsProps {
  steps: readonly ShownStep[];
  /** Something was said since. */
  isPast: boolean;
}

/** Calls that were made at one place of an answer. */
export const Steps = memo(function Steps({ steps, isPast }: StepsProps) {
  const say = useStrings();
  const { step: Drawn } = useRenderers();
  const [isUnfolded, setUnfolded] = useState<boolean>();
  const id = useId();
  // What an app draws is there to be seen.
  const isFoldable = isPast && steps.length >= MANY && Drawn === undefined;
  const isShown = !isFoldable || isUnfolded === true;
  return (
    <div className="parley-steps">
      {isFoldable && (
        <button
          type="button"
          className="parley-step-line"
          aria-expanded={isShown}
          aria-controls={id}
          onClick={() => setUnfolded(!isShown)}
        >
          <FoldedSteps steps={steps} />
          <ChevronIcon />
        </button>
      )}
      <ul id={id} hidden={!isShown} aria-label={say('steps')}>
        {steps.map((step) => {
          // What somebody reads in stays as it is.
          const line = <StepLine step={step} onOpen={() => setUnfolded(true)} />;
          return <li key={step.id}>{Drawn ? <Drawn step={step}>{line}</Drawn> : line}</li>;
        })}
      </ul>
    </div>
  );
});

/** How many there are, and how many of them did not do what they were to do. */
function FoldedSteps({ steps }: Pick<StepsProps, 'steps'>) {
  const say = useStrings();
  const failed = steps.filter(({ status }) => status === 'error').length;
  return (
    <>
      {failed > 0 ? <AlertIcon /> : <CheckIcon />}
      <span>
        {say('stepCount', { count: steps.length })}
        {failed > 0 && ` · ${say('stepsFailed', { count: failed })}`}
      </span>
    </>
  );
}
