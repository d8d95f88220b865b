import { memo } from 'react';
import type { Source } from '../../client/source.ts';
import { Markdown } from '../markdown/Markdown.tsx';
import { Reasoning } from '../Reasoning.tsx';
import { splitReasoning } from '../split-reasoning.ts';

interface StretchProps {
  text: string;
  sources: readonly Source[] | undefined;
  /** The same for all stretches of an answer. */
  sourceIds: string;
  /** The sources are listed under it. */
  isLast: boolean;
  isGrowing: boolean;
  /** Whether it is to be seen that more is to come. */
  isAwaited: boolean;
}

/** What the model said in one round of its answer: a text of its own, with what it thought before that. */
export const Stretch = memo(function Stretch({ text, isLast, isGrowing, isAwaited, ...citing }: StretchProps) {
  const { reasoning, isThinking, answer } = splitReasoning(text, isGrowing);
  return (
    <>
      {reasoning !== undefined && (
        <Reasoning text={reasoning} isThinking={isThinking && isLast} isUnderWay={isGrowing} />
      )}
      {(isLast || answer !== '') && (
        <div className="parley-markdown">
          <Markdown text={answer} {...citing} listsSources={isLast} isGrowing={isGrowing} />
        </div>
      )}
      {isAwaited && answer === '' && reasoning === undefined && <span className="parley-dots" aria-hidden="true" />}
    </>
  );
});
