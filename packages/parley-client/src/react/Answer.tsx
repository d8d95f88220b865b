import type { FinishReason } from '../client/turn-events.ts';
import type { Message } from '../conversation/conversation-state.ts';
import type { Strings } from './english.ts';
import { MessageActions } from './MessageActions.tsx';
import { CopyButton } from './markdown/CopyButton.tsx';
import { Markdown } from './markdown/Markdown.tsx';
import { RatingButtons } from './RatingButtons.tsx';
import { useSlots } from './slots.ts';
import { useStrings } from './strings.ts';

const endings: Partial<Record<FinishReason, keyof Strings>> = {
  length: 'endedByLength',
  stopped: 'endedByStop',
  deadline: 'endedByDeadline',
};

interface AnswerProps {
  message: Message;
  isUnderWay: boolean;
  /** Asks for another one in its place. */
  onRegenerate: () => void;
}

/** What the assistant said, and what can be done with it. */
export function Answer({ message, isUnderWay, onRegenerate }: AnswerProps) {
  const say = useStrings();
  const { rate } = useSlots();
  const { content, turnId, finishReason, rating } = message;
  const ending = finishReason && endings[finishReason];
  const own = {
    copy: <CopyButton label={say('copy')} text={() => content} />,
    regenerate: (
      <button type="button" className="parley-quiet parley-again" onClick={onRegenerate}>
        {say('regenerate')}
      </button>
    ),
    rate: rate && turnId && <RatingButtons given={rating} onRate={(next) => rate(turnId, next)} />,
  };
  return (
    <>
      <div className="parley-markdown" dir="auto">
        <Markdown text={content} isGrowing={isUnderWay} />
      </div>
      {isUnderWay && content === '' && <span className="parley-dots" aria-hidden="true" />}
      {ending && <p className="parley-ending">{say(ending)}</p>}
      {!isUnderWay && <MessageActions message={message} own={own} />}
    </>
  );
}
