import { dequal } from 'dequal/lite';
import type { Tokens } from 'marked';
import { memo } from 'react';
import { useStrings } from '../strings.ts';
import { Inlines } from './Inlines.tsx';

export function Table({ table }: { table: Tokens.Table }) {
  const say = useStrings();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section className="parley-wide" dir="auto" aria-label={say('table')} tabIndex={0}>
      <table>
        <thead>
          <Row cells={table.header} />
        </thead>
        <tbody>
          {table.rows.map((cells, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows are only ever added at the end
            <Row key={place} cells={cells} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The first header cell has no `dir` of its own, so that the whole table takes its direction from it. */
const Row = memo(function Row({ cells }: { cells: Tokens.TableCell[] }) {
  const row = cells.map(({ header, align, tokens }, place) => {
    const Cell = header ? 'th' : 'td';
    const dir = header && place === 0 ? undefined : 'auto';
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: a column keeps its place
      <Cell key={place} dir={dir} className={align ? `parley-${align}` : undefined}>
        <Inlines tokens={tokens} />
      </Cell>
    );
  });
  return <tr>{row}</tr>;
}, dequal);
