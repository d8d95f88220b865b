import { createContext, useCallback, useContext } from 'react';
import { english, type Strings } from './english.ts';

/** Says a text of the page's table, with its values in place. */
export type Say = (name: keyof Strings, values?: Record<string, string | number>) => string;

const Table = createContext<Strings>(english);

export const StringsProvider = Table.Provider;

export function useStrings(): Say {
  const strings = useContext(Table);
  return useCallback((name, values = {}) => fill(strings[name], values), [strings]);
}

function fill(text: string, values: Record<string, string | number>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
