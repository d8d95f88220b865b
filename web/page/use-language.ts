import { createContext, useContext, useLayoutEffect, useState } from 'react';
import { directionOf } from '../../packages/parley-client/src/react/language.ts';
import { type LanguageTag, languageOf } from './languages.ts';
import { kept } from './use-kept-flag.ts';

const KEY = 'parley:language';

/** Which language the page is in, and another one. */
export interface Spoken {
  language: LanguageTag;
  choose: (language: LanguageTag) => void;
}

const Current = createContext<Spoken>({ language: 'en', choose: () => {} });

export const LanguageProvider = Current.Provider;

export function useLanguage(): Spoken {
  return useContext(Current);
}

/** The language that the user has chosen, else the one that the service found in `Accept-Language`. */
export function useSpoken(): Spoken {
  const [language, setLanguage] = useState(
    () => languageOf(kept(() => localStorage.getItem(KEY))) ?? languageOf(document.documentElement.lang) ?? 'en',
  );
  useLayoutEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dir = directionOf(language);
  }, [language]);
  const choose = (next: LanguageTag) => {
    setLanguage(next);
    kept(() => localStorage.setItem(KEY, next));
  };
  return { language, choose };
}
