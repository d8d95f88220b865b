import { lexer } from 'marked';
import { memo, type ReactNode, useMemo } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { useStrings } from '../strings.ts';
import { CodeBlock } from './CodeBlock.tsx';

/**
 * Markdown of a model as elements, never as HTML. Its blocks are shown one by one, so that of an answer that grows only
 * the last one is parsed again.
 */
export function Markdown({ text }: { text: string }) {
  const blocks = useMemo(() => lexer(text).map(({ raw }) => raw), [text]);
  // A block keeps its place: text is only ever added at the end.
  // biome-ignore lint/suspicious/noArrayIndexKey: see above
  return blocks.map((block, place) => <Block key={place} text={block} />);
}

const Block = memo(({ text }: { text: string }) => (
  <ReactMarkdown remarkPlugins={[remarkGfm]} components={components}>
    {text}
  </ReactMarkdown>
));

const components: Components = {
  pre: ({ children }) => <CodeBlock>{children}</CodeBlock>,
  p: ({ children }) => <p dir="auto">{children}</p>,
  li: ({ children }) => <li dir="auto">{children}</li>,
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  ),
  // Nothing is loaded from elsewhere: what a picture's address says would go to whoever it names.
  img: ({ src, alt }) => (
    <a href={src} target="_blank" rel="noopener noreferrer">
      {alt || src}
    </a>
  ),
  table: ({ children }) => <Table>{children}</Table>,
};

function Table({ children }: { children: ReactNode }) {
  const say = useStrings();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section className="parley-wide" aria-label={say('table')} tabIndex={0}>
      <table>{children}</table>
    </section>
  );
}
