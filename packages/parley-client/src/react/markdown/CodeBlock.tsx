import { useState } from 'react';
import { IconButton } from '../IconButton.tsx';
import { WrapIcon } from '../icons.tsx';
import { useStrings } from '../strings.ts';
import { CodeLines } from './CodeLines.tsx';
import { CopyButton } from './CopyButton.tsx';
import type { CodeProps } from './renderer-props.ts';

/** A block of code under a bar with its language and its buttons. */
export function CodeBlock(props: CodeProps) {
  const { code, language } = props;
  const say = useStrings();
  const [wraps, setWraps] = useState(false);
  return (
    <div className="parley-code">
      <div className="parley-code-bar">
        <span className="parley-code-language" aria-hidden="true">
          {language}
        </span>
        <IconButton name={say('wrapLines')} icon={WrapIcon} aria-pressed={wraps} onClick={() => setWraps(!wraps)} />
        <CopyButton label={say('copyCode')} text={() => code} />
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: not a group of form fields */}
      <pre
        dir="ltr"
        role="group"
        aria-label={language === undefined ? say('code') : say('codeIn', { language })}
        className={wraps ? 'parley-wrapped' : undefined}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
        tabIndex={0}
      >
        <code>
          <CodeLines {...props} />
        </code>
      </pre>
    </div>
  );
}
