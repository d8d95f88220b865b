import { useContext } from 'react';
import type { FinishReason } from '../client/turn-events.ts';
import type { Message } from '../conversation/conversation-state.ts';
import { AnswerActions } from './AnswerActions.tsx';
import { AssistantIdentity } from './AssistantIdentity.tsx';
import { CanSend } from './can-send.ts';
import type { Strings } from './english.ts';
import { Markdown } from './markdown/Markdown.tsx';
import { Reasoning } from './Reasoning.tsx';
import { splitReasoning } from './split-reasoning.ts';
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
  /** Asks for another one in its place. */
  onRegenerate: () => void;
  /** Asks for the rest of it. */
  onContinue: () => void;
}

/** What the assistant said, and what can be done with it. */
export function Answer({ message, isUnderWay, isLast, onRegenerate, onContinue }: AnswerProps) {
  const say = useStrings();
  const { content, sources, timestamp, finishReason } = message;
  const { reasoning, isThinking, answer } = splitReasoning(content, isUnderWay);
  const ending = finishReason && endings[finishReason];
  return (
    <>
      <AssistantIdentity timestamp={timestamp} />
      {reasoning !== undefined && <Reasoning text={reasoning} isThinking={isThinking} isUnderWay={isUnderWay} />}
      <div className="parley-answer parley-markdown">
        <Markdown text={answer} sources={sources} isGrowing={isUnderWay} />
      </div>
      {isUnderWay && answer === '' && reasoning === undefined && <span className="parley-dots" aria-hidden="true" />}
      {ending && <p className="parley-ending">{say(ending)}</p>}
      {isLast && finishReason === 'length' && <ContinueButton onContinue={onContinue} />}
      {!isUnderWay && <AnswerActions message={message} onRegenerate={onRegenerate} />}
    </>
  );
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
