import { createContext, useContext } from 'react';
import { type Say, sayIn } from '../../../packages/parley-client/src/react/index.ts';
import { english, type Strings } from './english.ts';

export type PageSay = Say<keyof Strings>;

const Current = createContext<PageSay>(sayIn<Strings>(english));

export const StringsProvider = Current.Provider;

/** What says a text of the page's table, with its values in place. */
export function useStrings(): PageSay {
  return useContext(Current);
}
