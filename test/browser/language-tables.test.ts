import { describe, expect, test } from 'vitest';
import type { Text, Texts } from '../../packages/parley-client/src/react/texts.ts';
import { type Language, languages } from '../../web/page/languages/languages.ts';

/** Texts that are in another language what they are in English, by their names. */
const cognates: Record<Part, Record<string, string[]>> = {
  panel: {
    de: ['chat', 'code', 'codeIn'],
    fr: ['assistantName', 'code', 'message', 'messages', 'sources'],
    es: ['chat'],
  },
  page: {
    fr: ['assistants', 'conversations', 'exportedAssistant', 'starters'],
  },
};

/** Of which scripts it has letters; what is in Latin ones is a value. */
const letters: Record<string, RegExp> = {
  ja: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u,
  ar: /\p{Script=Arabic}/u,
};

const textsOf = (table: Texts) => {
  const { language: _, ...texts } = table as Texts & Record<string, Text>;
  return texts;
};
const formsOf = (text: Text | undefined): Record<string, string> =>
  typeof text === 'object' ? { ...text } : { other: text ?? '' };
const valuesOf = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();

type Part = 'panel' | 'page';

const { en, ...others } = languages satisfies Record<string, Language>;
const tables = (['panel', 'page'] as const).flatMap((part) =>
  Object.entries(others).map(([tag, language]) => ({ part, tag, table: language[part] as Texts })),
);

describe.each(tables)('the table of the $part in $tag', ({ part, tag, table }) => {
  const given = Object.entries(textsOf(en[part]));
  const texts = textsOf(table);

  test('has each text that there is in English, and no other', () => {
    expect(Object.keys(texts).sort()).toEqual(given.map(([key]) => key).sort());
  });

  test('has the same values in each text as the English one', () => {
    for (const [key, text] of given) {
      const values = valuesOf(formsOf(text)['other'] ?? '');
      for (const [form, said] of Object.entries(formsOf(texts[key]))) {
        // Of none, one and two, words may say how many there are.
        const isSaid = (value: string) => value !== '{count}' || !['zero', 'one', 'two'].includes(form);
        expect(valuesOf(said).filter(isSaid), `${key} (${form})`).toEqual(values.filter(isSaid));
      }
    }
  });

  test('says nothing in English, but what is the same in its language', () => {
    const same = given.filter(([key, text]) =>
      Object.values(formsOf(text)).some((form) => Object.values(formsOf(texts[key])).includes(form)),
    );
    expect(same.map(([key]) => key).sort()).toEqual(cognates[part][tag] ?? []);
    for (const [key, text] of Object.entries(texts)) {
      if (cognates[part][tag]?.includes(key)) continue;
      for (const form of Object.values(formsOf(text))) expect(form, key).toMatch(letters[tag] ?? /\p{Script=Latin}/u);
    }
  });

  test('is of the language that it is known by', () => expect(table.language).toBe(tag));

  test('has the plural forms of its language, and no other', () => {
    const { pluralCategories } = new Intl.PluralRules(table.language).resolvedOptions();
    for (const [key, text] of Object.entries(texts)) {
      expect(pluralCategories, key).toEqual(expect.arrayContaining(Object.keys(formsOf(text))));
    }
  });
});
