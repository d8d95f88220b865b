import type { FinishReason } from '../client/turn-events.ts';
import { CopyButton } from './markdown/CopyButton.tsx';
import { Markdown } from './markdown/Markdown.tsx';
import { type Strings, useStrings } from './strings.ts';

const endings: Partial<Record<FinishReason, keyof Strings>> = {
  length: 'endedByLength',
  stopped: 'endedByStop',
  deadline: 'endedByDeadline',
};

interface AnswerProps {
  content: string;
  finishReason: FinishReason | undefined;
  isUnderWay: boolean;
  /** Asks for another one in its place. */
  onRegenerate: () => void;
}

/** What the assistant said, and what can be done with it. */
export function Answer({ content, finishReason, isUnderWay, onRegenerate }: AnswerProps) {
  const say = useStrings();
  const ending = finishReason && endings[finishReason];
  return (
    <>
      <div className="parley-markdown" dir="auto">
        <Markdown text={content} />
      </div>
      {isUnderWay && content === '' && <span className="parley-dots" aria-hidden="true" />}
      {ending && <p className="parley-ending">{say(ending)}</p>}
      {!isUnderWay && (
        <div className="parley-actions">
          <CopyButton label={say('copy')} text={() => content} />
          <button type="button" className="parley-quiet parley-again" onClick={onRegenerate}>
            {say('regenerate')}
          </button>
        </div>
      )}
    </>
  );
}
