import { createContext, useContext } from 'react';
import { english, type Strings } from './english.ts';
import { type Say, sayIn } from './texts.ts';

const Current = createContext<Say<keyof Strings>>(sayIn<Strings>(english));

export const StringsProvider = Current.Provider;

/** What says a text of the table, with its values in place. */
export function useStrings(): Say<keyof Strings> {
  return useContext(Current);
}
