import { createContext } from 'react';

/** What the sources of a text are called, by their numbers. */
export const SourceNames = createContext<Record<number, string>>({});
