import { lexer } from 'marked';
import { memo, useMemo } from 'react';
import ReactMarkdown from 'react-markdown';
import remarkGfm from 'remark-gfm';

/** Cut into blocks by marked: of an answer that grows the last block alone is parsed again, and knows no other. */
export function Answer({ text }: { text: string }) {
  const blocks = useMemo(() => lexer(text).map(({ raw }) => raw), [text]);
  // biome-ignore lint/suspicious/noArrayIndexKey: a block keeps its place
  return blocks.map((block, place) => <Block key={place} text={block} />);
}

const Block = memo(({ text }: { text: string }) => <ReactMarkdown remarkPlugins={[remarkGfm]}>{text}</ReactMarkdown>);
