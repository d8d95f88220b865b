import { useCallback, useSyncExternalStore } from 'react';
import type { CodePiece, colouredLines } from './coloured-lines.ts';

let loaded: typeof colouredLines | undefined;
let isAskedFor = false;
const waiting = new Set<() => void>();

/** Colours code in a language, once the colours are loaded; the first code that names a language starts that. */
export function useColours(language = ''): (code: string) => CodePiece[][] | undefined {
  const colour = useSyncExternalStore(
    language === '' ? wantNone : want,
    () => loaded,
    () => undefined,
  );
  return useCallback((code) => colour?.(code, language), [colour, language]);
}

const wantNone = () => () => {};

function want(onLoaded: () => void): () => void {
  waiting.add(onLoaded);
  if (!isAskedFor) load();
  return () => waiting.delete(onLoaded);
}

function load(): void {
  isAskedFor = true;
  import('./coloured-lines.ts').then(
    (module) => {
      loaded = module.colouredLines;
      for (const tell of waiting) tell();
    },
    () => {
      // Code is readable without colours. The next block tries again.
      isAskedFor = false;
    },
  );
}
