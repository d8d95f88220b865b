import { dequal } from 'dequal/lite';
import type { MarkedToken, Token, Tokens } from 'marked';
import { memo } from 'react';
import { Code } from './Code.tsx';
import { Formula } from './Formula.tsx';
import type { FormulaToken } from './formula-extensions.ts';
import { Inlines } from './Inlines.tsx';
import { Table } from './Table.tsx';
import { TaskBox } from './TaskBox.tsx';
import type { OutlinedHeading } from './token-finisher.ts';

/** Shown elsewhere, as links and notes, or not at all. */
const hidden = new Set(['space', 'def', 'footnoteDefinition']);

interface BlocksProps {
  tokens: Token[];
  /** Whether the parent takes its direction from the first block: `dir="auto"` ignores children with a `dir` of their own. */
  lead?: boolean;
}

/** A block keeps its position while the text grows, because text is only ever added at the end. */
export function Blocks({ tokens, lead = false }: BlocksProps) {
  const shown = tokens.filter(({ type }) => !hidden.has(type));
  return shown.map((token, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: see above
    <Block key={place} token={token as MarkedToken | FormulaToken} dir={lead && place === 0 ? undefined : 'auto'} />
  ));
}

/** Rendered again only if its meaning changed: a growing text is parsed anew each time. */
const Block = memo(function Block({ token, dir }: { token: MarkedToken | FormulaToken; dir: 'auto' | undefined }) {
  switch (token.type) {
    case 'heading': {
      const Heading = `h${(token as OutlinedHeading).level}` as 'h3';
      return (
        <Heading dir={dir} className={`parley-h${token.depth}`}>
          <Inlines tokens={token.tokens} />
        </Heading>
      );
    }
    case 'paragraph':
      return (
        <p dir={dir}>
          <Inlines tokens={token.tokens} />
        </p>
      );
    case 'list':
      return <List list={token} />;
    case 'code':
      return <Code token={token} />;
    case 'table':
      return <Table table={token} />;
    case 'blockquote':
      return (
        <blockquote dir="auto">
          <Blocks tokens={token.tokens} lead />
        </blockquote>
      );
    case 'formula':
      return (
        <p>
          <Formula {...token} />
        </p>
      );
    case 'hr':
      return <hr />;
    case 'checkbox':
      return <TaskBox isDone={token.checked} />;
    default:
      // The text of an item in a list without blank lines.
      return <Inlines tokens={'tokens' in token && token.tokens ? token.tokens : [token]} />;
  }
}, dequal);

function List({ list }: { list: Tokens.List }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: items are only ever added at the end
  const items = list.items.map((item, place) => <Item key={place} item={item} />);
  if (!list.ordered) return <ul>{items}</ul>;
  const start = Number(list.start);
  return (
    <ol start={start} className={digitsClass(start + list.items.length - 1)}>
      {items}
    </ol>
  );
}

const Item = memo(function Item({ item }: { item: Tokens.ListItem }) {
  return (
    <li dir="auto" className={item.task ? 'parley-task' : undefined}>
      <Blocks tokens={item.tokens} lead />
    </li>
  );
}, dequal);

/** Tells the styles how much room the numbers need. */
function digitsClass(last: number): string {
  return `parley-digits-${String(last).length}`;
}
