import { type ReactNode, useRef } from 'react';
import { CopyButton } from './CopyButton.tsx';

export function CodeBlock({ children }: { children: ReactNode }) {
  const code = useRef<HTMLPreElement>(null);
  return (
    <div className="parley-code">
      <CopyButton label="Copy code" text={() => code.current?.textContent?.replace(/\n$/, '') ?? ''} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <pre ref={code} dir="ltr" tabIndex={0}>
        {children}
      </pre>
    </div>
  );
}
