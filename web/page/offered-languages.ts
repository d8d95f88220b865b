import { type LanguageTag, languageOf } from './languages.ts';

/** The languages that the company offers, as the service wrote them into the page. */
export function offeredLanguages(): LanguageTag[] {
  const { languages } = JSON.parse(document.getElementById('branding')?.textContent ?? '') as { languages: string[] };
  return languages.flatMap((tag) => languageOf(tag) ?? []);
}
