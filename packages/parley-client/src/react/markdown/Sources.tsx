import { useContext, useId } from 'react';
import { useRenderers } from '../renderers.ts';
import { useStrings } from '../strings.ts';
import { Blocks } from './Blocks.tsx';
import { SourceIds, sourceId } from './note-ids.ts';
import { hostOf, nameOf } from './source-name.ts';
import type { NumberedSource } from './text-sources.ts';
import type { Note } from './token-finisher.ts';

/** What an answer cites, under it. */
export function Sources({ sources }: { sources: (NumberedSource | Note)[] }) {
  const ids = useContext(SourceIds);
  const heading = useId();
  const say = useStrings();
  return (
    <section className="parley-sources" aria-labelledby={heading}>
      <h3 id={heading} dir="auto">
        {say('sources')}
      </h3>
      <ol className={`parley-digits-${String(sources.at(-1)?.number).length}`}>
        {sources.map((source) => (
          <li key={source.number} id={sourceId(ids, source.number)} value={source.number} dir="auto" tabIndex={-1}>
            {'url' in source ? <SourceLink source={source} /> : <Blocks tokens={source.tokens} lead />}
          </li>
        ))}
      </ol>
    </section>
  );
}

function SourceLink({ source }: { source: NumberedSource }) {
  const { link: Link } = useRenderers();
  return (
    <>
      <Link href={source.url}>{nameOf(source)}</Link>
      {source.title && <span className="parley-host"> {hostOf(source)}</span>}
    </>
  );
}
