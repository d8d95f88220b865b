import { loadFormulas } from './load-formulas.ts';
import type { MathElement } from './mathml-tree.ts';
import { onDemand } from './on-demand.ts';

const useLoaded = onDemand(loadFormulas);

/** Reads TeX, once that is loaded; the first formula starts that. */
export function useFormulas(): ((tex: string, isDisplay: boolean) => MathElement | undefined) | undefined {
  return useLoaded(true)?.formulaOf;
}
