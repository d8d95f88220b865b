import { type ReactNode, useLayoutEffect, useMemo } from 'react';
import { sayIn } from '../../../packages/parley-client/src/react/index.ts';
import type { Strings } from './english.ts';
import { languages } from './languages.ts';
import { StringsProvider } from './strings.ts';
import { LanguageProvider, useSpoken } from './use-language.ts';

/** What is said in it is in the user's language, and so is the document. */
export function InLanguage({ children }: { children: ReactNode }) {
  const spoken = useSpoken();
  const { language } = spoken;
  const say = useMemo(() => sayIn<Strings>(languages[language].page), [language]);
  useLayoutEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dir = say.direction;
  }, [language, say]);
  return (
    <LanguageProvider value={spoken}>
      <StringsProvider value={say}>{children}</StringsProvider>
    </LanguageProvider>
  );
}
