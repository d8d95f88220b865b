import type { FinishReason } from '../client/turn-events.ts';
import { CopyButton } from './markdown/CopyButton.tsx';
import { Markdown } from './markdown/Markdown.tsx';

const endings: Partial<Record<FinishReason, string>> = {
  length: 'The answer ends here, as it reached its longest length.',
  stopped: 'Stopped.',
  deadline: 'The answer ends here, as it took too long.',
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
  return (
    <>
      <div className="parley-markdown" dir="auto">
        <Markdown text={content} />
      </div>
      {isUnderWay && content === '' && <span className="parley-dots" aria-hidden="true" />}
      {finishReason && endings[finishReason] && <p className="parley-ending">{endings[finishReason]}</p>}
      {!isUnderWay && (
        <div className="parley-actions">
          <CopyButton label="Copy" text={() => content} />
          <button type="button" className="parley-quiet parley-again" onClick={onRegenerate}>
            Regenerate
          </button>
        </div>
      )}
    </>
  );
}
