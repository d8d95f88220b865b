import { useMemo } from 'react';
import { CodeLines } from '../markdown/CodeLines.tsx';
import { CopyButton } from '../markdown/CopyButton.tsx';
import { useStrings } from '../strings.ts';
import { shownData } from './shown-data.ts';

/** Longer data is one text without colours: results may have as many lines as they have kilobytes. */
const COLOURED = 4000;

/** What a tool was given, or has returned: data, whatever it says. */
export function StepData({ label, text }: { label: string; text: string }) {
  const say = useStrings();
  const shown = useMemo(() => shownData(text), [text]);
  const isColoured = shown.isJson && shown.text.length <= COLOURED;
  return (
    <div className="parley-code parley-data">
      <div className="parley-code-bar">
        <span className="parley-data-label">{label}</span>
        <CopyButton label={say('copy')} text={() => text} />
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: not a group of form fields */}
      <pre
        dir={shown.isJson ? 'ltr' : 'auto'}
        role="group"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
        tabIndex={0}
      >
        <code>{isColoured ? <CodeLines code={shown.text} language="json" isComplete /> : shown.text}</code>
      </pre>
    </div>
  );
}
