import { useCallback } from 'react';
import type { CodePiece } from './coloured-lines.ts';
import { loadColours } from './load-colours.ts';
import { onDemand } from './on-demand.ts';

const useLoaded = onDemand(loadColours);

/** Colours code in a language, once the colours are loaded; the first code that names a language starts that. */
export function useColours(language = ''): (code: string) => CodePiece[][] | undefined {
  const colours = useLoaded(language !== '');
  return useCallback((code) => colours?.colouredLines(code, language), [colours, language]);
}
