import { createContext, useContext, useState } from 'react';
import { branding } from '../brand/branding.ts';
import { kept } from '../use-kept-flag.ts';
import { type LanguageTag, languageOf } from './languages.ts';

const KEY = 'parley:language';

/** Which language the page is in, and which it may be in. */
export interface Spoken {
  language: LanguageTag;
  offered: readonly LanguageTag[];
  choose: (language: LanguageTag) => void;
}

const Current = createContext<Spoken>({ language: 'en', offered: ['en'], choose: () => {} });

export const LanguageProvider = Current.Provider;

export function useLanguage(): Spoken {
  return useContext(Current);
}

/** The language that the user has chosen, else the one that the service found in `Accept-Language`. */
export function useSpoken(): Spoken {
  const { languages: offered } = branding;
  const [language, setLanguage] = useState(() => {
    const picked = languageOf(kept(() => localStorage.getItem(KEY)));
    return picked && offered.includes(picked) ? picked : (languageOf(document.documentElement.lang) ?? 'en');
  });
  const choose = (next: LanguageTag) => {
    setLanguage(next);
    kept(() => localStorage.setItem(KEY, next));
  };
  return { language, offered, choose };
}
