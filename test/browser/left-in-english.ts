import type { Page } from 'playwright-core';
import type { Text as Said } from '../../packages/parley-client/src/react/texts.ts';
import { type LanguageTag, languages } from '../../web/page/languages/languages.ts';

/** All that is to be read or heard, but for what people, models and the service's settings say. */
export const saidOn = (page: Page) =>
  page.evaluate(() => {
    const people =
      '.parley-verbatim, .parley-queued span, .parley-markdown, .parley-session, .parley-title, .parley-brand, code, textarea, option';
    // What was announced before was said in the language of then.
    const others = `${people}, .parley-panel > [role="status"].parley-hidden`;
    const said: string[] = [];
    for (const element of document.querySelectorAll('body *:not(noscript, script, style)')) {
      if (element.checkVisibility({ visibilityProperty: true }) === false) continue;
      for (const name of ['aria-label', 'title', 'placeholder']) said.push(element.getAttribute(name) ?? '');
      if (element.closest(others)) continue;
      said.push(...[...element.childNodes].filter((node) => node instanceof Text).map(({ data }) => data));
    }
    return said.map((text) => text.trim()).filter((text) => text !== '');
  });

/** Of a text. It begins and ends with what is seen: French has a space between a value and a colon. */
const value = '\\S(?:.*\\S)?';

const formsOf = (text: Said): string[] => (typeof text === 'string' ? [text] : Object.values(text));

/**
 * What nothing may match in a language: what is said in English, and differs there.
 *
 * @param others what is said by others than the page, and happens to be the same
 */
export function englishBut(language: LanguageTag, others: readonly string[] = []): RegExp[] {
  const tables = [
    [languages.en.panel, languages[language].panel],
    [languages.en.page, languages[language].page],
  ] as [Record<string, Said>, Record<string, Said>][];
  return tables.flatMap(([english, other]) =>
    Object.entries(english)
      .filter(([name, text]) => JSON.stringify(text) !== JSON.stringify(other[name]))
      .flatMap(([, text]) => formsOf(text))
      .filter((form) => !others.includes(form))
      .map((form) => new RegExp(`^${RegExp.escape(form).replaceAll(/\\\{\w+\\\}/g, value)}$`)),
  );
}
