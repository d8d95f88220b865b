import { type ReactNode, useMemo } from 'react';
import { sayIn } from '../../packages/parley-client/src/react/texts.ts';
import type { Strings } from './english.ts';
import { languages } from './languages.ts';
import { StringsProvider } from './strings.ts';
import { LanguageProvider, useSpoken } from './use-language.ts';

/** What is said in it is in the user's language. */
export function InLanguage({ children }: { children: ReactNode }) {
  const spoken = useSpoken();
  const say = useMemo(() => sayIn<Strings>(languages[spoken.language].page), [spoken.language]);
  return (
    <LanguageProvider value={spoken}>
      <StringsProvider value={say}>{children}</StringsProvider>
    </LanguageProvider>
  );
}
