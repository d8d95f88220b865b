import { type ReactNode, useRef } from 'react';
import { useStrings } from '../strings.ts';
import { CopyButton } from './CopyButton.tsx';

export function CodeBlock({ children }: { children: ReactNode }) {
  const say = useStrings();
  const code = useRef<HTMLPreElement>(null);
  return (
    <div className="parley-code">
      <CopyButton label={say('copyCode')} text={() => code.current?.textContent?.replace(/\n$/, '') ?? ''} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <pre ref={code} dir="ltr" tabIndex={0}>
        {children}
      </pre>
    </div>
  );
}
