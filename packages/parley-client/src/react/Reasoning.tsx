import { useState } from 'react';
import { Markdown } from './markdown/Markdown.tsx';
import { useStrings } from './strings.ts';
import { useThinkingTime } from './use-thinking-time.ts';

interface ReasoningProps {
  text: string;
  /** It has no end yet, or never got one. */
  isThinking: boolean;
  isUnderWay: boolean;
}

/** What the model thought, folded; unfolded where it is all that there is. */
export function Reasoning({ text, isThinking, isUnderWay }: ReasoningProps) {
  const say = useStrings();
  const [isUnfolded, setUnfolded] = useState(false);
  const isGrowing = isThinking && isUnderWay;
  const seconds = useThinkingTime(isGrowing);
  const label = seconds === undefined ? say('reasoning') : say(isGrowing ? 'thinking' : 'thoughtFor', { seconds });
  return (
    <details
      className="parley-reasoning"
      open={isThinking && !isUnderWay}
      onToggle={(event) => setUnfolded(event.currentTarget.open)}
    >
      <summary>{label}</summary>
      <div className="parley-markdown" dir="auto">
        {/* Nobody reads it sooner, and parsing it takes time from what is on screen. */}
        {(isUnfolded || !isUnderWay) && <Markdown text={text} isGrowing={isGrowing} />}
      </div>
    </details>
  );
}
