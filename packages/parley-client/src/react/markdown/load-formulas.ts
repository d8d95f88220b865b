/** A module of its own, so that a page that is one file can have formulas from another. */
export const loadFormulas = () => import('./formula-of.ts');
