import MarkdownIt from 'markdown-it';
import footnotes from 'markdown-it-footnote';

const markdown = new MarkdownIt({ linkify: true }).use(footnotes);

export const parse = (text: string) => markdown.parse(text, {});

export function Answer({ text }: { text: string }) {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: it makes HTML, and nothing else
  return <div dangerouslySetInnerHTML={{ __html: markdown.render(text) }} />;
}
