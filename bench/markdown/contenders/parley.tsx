import { Markdown } from '../../../packages/parley-client/src/react/markdown/Markdown.tsx';

export { parseMarkdown as parse } from '../../../packages/parley-client/src/react/markdown/parse-markdown.ts';

export function Answer({ text }: { text: string }) {
  return <Markdown text={text} />;
}
