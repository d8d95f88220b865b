/** A module of its own, so that a page that is one file can have the colours of code from another. */
export const loadColours = () => import('./coloured-lines.ts');
