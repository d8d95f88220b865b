import type { MarkedToken, Token, Tokens } from 'marked';
import type { ReactNode } from 'react';
import { useRenderers } from '../renderers.ts';
import { Formula } from './Formula.tsx';
import type { FootnoteReference } from './footnote-extensions.ts';
import type { FormulaToken } from './formula-extensions.ts';
import { NoteReference } from './NoteReference.tsx';
import { SourceMarks } from './SourceMarks.tsx';
import { safeAddress } from './safe-address.ts';
import type { SourceMark } from './source-extensions.ts';
import { TaskBox } from './TaskBox.tsx';

type InlineToken = MarkedToken | FootnoteReference | FormulaToken | SourceMark;

export function Inlines({ tokens }: { tokens: Token[] }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: nothing in a line moves
  return tokens.map((token, place) => <Inline key={place} token={token as InlineToken} />);
}

function Inline({ token }: { token: InlineToken }): ReactNode {
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del': {
      const { type: Element } = token;
      return (
        <Element>
          <Inlines tokens={token.tokens} />
        </Element>
      );
    }
    case 'codespan':
      return <code dir="ltr">{token.text}</code>;
    case 'br':
      return <br />;
    case 'link':
    case 'image':
      return <Linked token={token} />;
    case 'checkbox':
      return <TaskBox isDone={token.checked} />;
    case 'footnoteReference':
      return <NoteReference {...token} />;
    case 'formula':
      return <Formula {...token} />;
    case 'sourceMark':
      return <SourceMarks {...token} />;
    default:
      return 'text' in token ? token.text : token.raw;
  }
}

/** A link or a picture. Pictures are not loaded: the request would pass on whatever a model put into their address. */
function Linked({ token }: { token: Tokens.Link | Tokens.Image }) {
  const { link: Link } = useRenderers();
  const href = safeAddress(token.href);
  const isPlain = token.type === 'image' || token.autolink || token.tokens.length === 0;
  const label = isPlain ? token.text || token.href : <Inlines tokens={token.tokens} />;
  return href === undefined ? label : <Link href={href}>{label}</Link>;
}
