import { type ComponentType, useId, useState } from 'react';
import type { ShownStep } from '../../conversation/conversation-state.ts';
import { AlertIcon, BanIcon, CheckIcon, ChevronIcon, QuestionIcon, SpinnerIcon } from '../icons.tsx';
import { useStrings } from '../strings.ts';
import { Named } from './Named.tsx';
import { StepData } from './StepData.tsx';
import { stepTexts } from './step-texts.ts';

const icons: Record<ShownStep['status'], ComponentType> = {
  running: SpinnerIcon,
  ok: CheckIcon,
  error: AlertIcon,
  rejected: BanIcon,
  open: QuestionIcon,
};

/** Milliseconds from which it is said how long a call took. */
const LONG = 1000;

/** A call of a tool in a line; behind it what it was given, and what came of it. */
export function StepLine({ step, onOpen }: { step: ShownStep; onOpen: () => void }) {
  const say = useStrings();
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const { status, name, ms, result } = step;
  const Icon = icons[status];
  const toggle = () => {
    setOpen(!isOpen);
    onOpen();
  };
  return (
    <div className={`parley-step parley-step-${status}`}>
      <button type="button" className="parley-step-line" aria-expanded={isOpen} aria-controls={id} onClick={toggle}>
        <Icon />
        <span>
          <Named text={say(stepTexts[status])} name={name} />
        </span>
        {ms >= LONG && <span className="parley-step-time">{secondsIn(say.locale, ms)}</span>}
        <ChevronIcon />
      </button>
      <div id={id} hidden={!isOpen}>
        {isOpen && (
          <>
            <StepData label={say('stepInput')} text={step.arguments} />
            {result !== undefined && <StepData label={say('stepResult')} text={result} />}
            {result === undefined && (status === 'ok' || status === 'error') && (
              <p className="parley-step-untold">{say('resultNotShown')}</p>
            )}
          </>
        )}
      </div>
    </div>
  );
}

function secondsIn(locale: string, ms: number): string {
  const format = { style: 'unit', unit: 'second', unitDisplay: 'narrow', maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(locale, format).format(ms / 1000);
}
