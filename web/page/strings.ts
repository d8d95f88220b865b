import { createContext, useContext } from 'react';
import { type Say, sayIn } from '../../packages/parley-client/src/react/index.ts';
import { english, type Strings } from './english.ts';

const Current = createContext<Say<keyof Strings>>(sayIn<Strings>(english));

export const StringsProvider = Current.Provider;

/** What says a text of the page's table, with its values in place. */
export function useStrings(): Say<keyof Strings> {
  return useContext(Current);
}
