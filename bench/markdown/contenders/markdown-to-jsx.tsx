import Markdown, { parser } from 'markdown-to-jsx/react';

const options = { disableParsingRawHTML: true, forceBlock: true };

export const parse = (text: string) => parser(text, options);

export function Answer({ text }: { text: string }) {
  return <Markdown options={options}>{text}</Markdown>;
}
