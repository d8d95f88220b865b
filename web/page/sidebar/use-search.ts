import { useCallback, useEffect, useRef, useState } from 'react';
import type { Hit, ParleyClient } from '../../../packages/parley-client/src/index.ts';

/** After the last letter, before the service is asked. */
const PAUSE_MS = 250;

/** Of the user's conversations, by words. */
export interface Search {
  /** As it is written. */
  text: string;
  write: (text: string) => void;
  /** Newest first; of what was searched last, while something else is. */
  hits: readonly Hit[];
  phase: 'searching' | 'done' | 'failed';
  /** What is older was not searched. */
  isPartial: boolean;
  /** Searches what is older, or again what could not be searched. */
  goOn: () => void;
  /** It is there no longer. */
  drop: (id: string) => void;
}

interface Found {
  hits: readonly Hit[];
  /** What the search goes on behind. */
  before?: string | undefined;
}

const nothing: Found = { hits: [] };

/** Nothing is searched without words. A search that is not wanted any longer is given up. */
export function useSearch(client: ParleyClient): Search {
  const [text, write] = useState('');
  const [found, setFound] = useState(nothing);
  const [phase, setPhase] = useState<Search['phase']>('done');
  const running = useRef(new AbortController());
  const words = text.trim();
  const ask = useCallback(
    async ({ hits, before }: Found) => {
      running.current.abort();
      running.current = new AbortController();
      const { signal } = running.current;
      setPhase('searching');
      const put = (next: Found, phase: Search['phase']) => {
        if (signal.aborted) return;
        setFound(next);
        setPhase(phase);
      };
      await client.search(words, before === undefined ? { signal } : { before, signal }).then(
        (page) => put({ hits: [...hits, ...page.sessions], before: page.before }, 'done'),
        // What was found before what is older stays.
        () => put({ hits, before }, 'failed'),
      );
    },
    [client, words],
  );
  useEffect(() => {
    if (words === '') {
      setFound(nothing);
      setPhase('done');
      return;
    }
    setPhase('searching');
    const timer = setTimeout(ask, PAUSE_MS, nothing);
    return () => {
      clearTimeout(timer);
      running.current.abort();
    };
  }, [words, ask]);
  const { hits, before } = found;
  return {
    ...{ text, write, hits, phase, isPartial: before !== undefined },
    goOn: () => ask(found),
    drop: (id) => setFound((old) => ({ ...old, hits: old.hits.filter((hit) => hit.id !== id) })),
  };
}
