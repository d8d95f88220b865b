import { useId, useState } from 'react';
import type { Approval as Decided } from '../../client/steps.ts';
import type { ShownStep } from '../../conversation/conversation-state.ts';
import { useStrings } from '../strings.ts';
import { Named } from './Named.tsx';
import { StepData } from './StepData.tsx';

type Decision = Decided['decision'];

interface ApprovalProps {
  /** One at least. */
  steps: readonly ShownStep[];
  /** Called once, when all are decided. */
  onDecide: (decisions: Decided[]) => void;
}

/** Asks what is to become of the calls that wait. The keyboard stays where it is: what is being written is no answer. */
export function Approval({ steps, onDecide }: ApprovalProps) {
  const say = useStrings();
  const heading = useId();
  const [decided, setDecided] = useState<Readonly<Record<string, Decision>>>({});
  const [only, ...others] = steps;
  const isSingle = others.length === 0;
  const send = (decisionOf: (id: string) => Decision) =>
    onDecide(steps.map(({ id }) => ({ id, decision: decisionOf(id) })));
  const decide = (id: string, decision: Decision) => {
    const now = { ...decided, [id]: decision };
    setDecided(now);
    if (steps.every((step) => now[step.id] !== undefined)) send((each) => now[each] as Decision);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: not a group of form fields
    <div className="parley-approval" role="group" aria-labelledby={heading}>
      <h3 id={heading}>
        {isSingle ? (
          <Named text={say('approvalAsked')} name={only?.name ?? ''} />
        ) : (
          say('approvalsAsked', { count: steps.length })
        )}
      </h3>
      {steps.map((step) => (
        <AskedCall
          key={step.id}
          step={step}
          isSingle={isSingle}
          decision={decided[step.id]}
          onDecide={(decision) => decide(step.id, decision)}
        />
      ))}
      {!isSingle && (
        <div className="parley-choices">
          <button type="button" onClick={() => send(() => 'yes')}>
            {say('allowAll')}
          </button>
          <button type="button" className="parley-plain" onClick={() => send(() => 'no')}>
            {say('allowNone')}
          </button>
        </div>
      )}
    </div>
  );
}

interface AskedCallProps {
  step: ShownStep;
  /** Its name stands above already, and what is pressed is sent. */
  isSingle: boolean;
  decision: Decision | undefined;
  onDecide: (decision: Decision) => void;
}

function AskedCall({ step, isSingle, decision, onDecide }: AskedCallProps) {
  const say = useStrings();
  const name = useId();
  const pressed = (own: Decision) => (isSingle ? undefined : decision === own);
  const group = isSingle ? {} : { role: 'group', 'aria-labelledby': name };
  return (
    <div {...group} className="parley-asked">
      {!isSingle && (
        <p id={name}>
          <code dir="ltr">{step.name}</code>
        </p>
      )}
      <StepData label={say('stepInput')} text={step.arguments} />
      <div className="parley-choices">
        <button
          type="button"
          className={isSingle ? undefined : 'parley-plain'}
          aria-pressed={pressed('yes')}
          onClick={() => onDecide('yes')}
        >
          {say('allow')}
        </button>
        <button type="button" className="parley-plain" aria-pressed={pressed('no')} onClick={() => onDecide('no')}>
          {say('doNotAllow')}
        </button>
      </div>
    </div>
  );
}
