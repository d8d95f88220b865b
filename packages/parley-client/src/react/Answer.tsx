import { useContext, useId, useMemo } from 'react';
import type { Approval as Decided } from '../client/steps.ts';
import type { FinishReason } from '../client/turn-events.ts';
import type { Message, ShownStep } from '../conversation/conversation-state.ts';
import { AnswerActions } from './AnswerActions.tsx';
import { AssistantIdentity } from './AssistantIdentity.tsx';
import { CanSend } from './can-send.ts';
import type { Strings } from './english.ts';
import { Approval } from './steps/Approval.tsx';
import { type AnswerPart, answerParts } from './steps/answer-parts.ts';
import { Steps } from './steps/Steps.tsx';
import { Stretch } from './steps/Stretch.tsx';
import { useStrings } from './strings.ts';

const endings: Partial<Record<FinishReason, keyof Strings>> = {
  length: 'endedByLength',
  stopped: 'endedByStop',
  deadline: 'endedByDeadline',
};

interface AnswerProps {
  message: Message;
  isUnderWay: boolean;
  isLast: boolean;
  /** Its calls that wait for the user to decide. */
  open: readonly ShownStep[] | undefined;
  onDecide: (decisions: Decided[]) => void;
  /** Asks for another one in its place; nothing where there is no message to ask with. */
  onRegenerate: (() => void) | undefined;
  /** Asks for the rest of it. */
  onContinue: () => void;
}

/** What the assistant said, and what can be done with it. */
export function Answer({ message, isUnderWay, isLast, open, onDecide, onRegenerate, onContinue }: AnswerProps) {
  const say = useStrings();
  const sourceIds = useId();
  const { content, steps, sources, timestamp, finishReason } = message;
  const parts = useMemo(
    () => answerParts(content, open ? steps?.filter((step) => !open.includes(step)) : steps),
    [content, steps, open],
  );
  const isToolAtWork = steps?.some(({ status }) => status === 'running') === true;
  const ending = finishReason && endings[finishReason];
  return (
    <>
      <AssistantIdentity timestamp={timestamp} />
      <div className="parley-answer">
        {parts.map((part, place) => {
          const next = parts[place + 1];
          const key = `${place}`;
          return 'steps' in part ? (
            <Steps key={key} steps={part.steps} isPast={next !== undefined && isSaid(next)} />
          ) : (
            <Stretch
              key={key}
              text={part.text}
              sources={sources}
              sourceIds={sourceIds}
              isLast={next === undefined}
              isGrowing={isUnderWay && next === undefined}
              isAwaited={isUnderWay && next === undefined && !isToolAtWork}
            />
          );
        })}
      </div>
      {open && <Approval steps={open} onDecide={onDecide} />}
      {ending && <p className="parley-ending">{say(ending)}</p>}
      {isLast && finishReason === 'length' && <ContinueButton onContinue={onContinue} />}
      {!isUnderWay && open === undefined && <AnswerActions message={message} onRegenerate={onRegenerate} />}
    </>
  );
}

function isSaid(part: AnswerPart): boolean {
  return 'text' in part && part.text.trim() !== '';
}

function ContinueButton({ onContinue }: { onContinue: () => void }) {
  const say = useStrings();
  const canSend = useContext(CanSend);
  return (
    <button type="button" className="parley-continue" disabled={!canSend} onClick={onContinue}>
      {say('continueAnswer')}
    </button>
  );
}
