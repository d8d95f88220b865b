import { describe, expect, test } from 'vitest';
import { english } from '../../packages/parley-client/src/react/english.ts';
import * as panel from '../../packages/parley-client/src/react/languages/index.ts';
import type { Text, Texts } from '../../packages/parley-client/src/react/texts.ts';

/** Texts that are in another language what they are in English, by their names. */
const cognates: Record<string, string[]> = {
  german: ['chat', 'code', 'codeIn'],
  french: ['message', 'messages', 'code'],
  spanish: ['chat'],
  japanese: [],
  arabic: [],
};

/** Of which scripts it has letters; what is in Latin ones is a value. */
const letters: Record<string, RegExp> = {
  japanese: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u,
  arabic: /\p{Script=Arabic}/u,
};

const textsOf = (table: Texts) => {
  const { language: _, ...texts } = table as Texts & Record<string, Text>;
  return texts;
};
const formsOf = (text: Text | undefined): Record<string, string> =>
  typeof text === 'object' ? { ...text } : { other: text ?? '' };
const valuesOf = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();

const tables = Object.entries(panel).map(([name, table]) => ({ name, table, original: english as Texts }));

describe.each(tables)('the table of the panel in $name', ({ name, table, original }) => {
  const given = Object.entries(textsOf(original));
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
    expect(same.map(([key]) => key).sort()).toEqual(cognates[name]?.toSorted());
    for (const [key, text] of Object.entries(texts)) {
      for (const form of Object.values(formsOf(text))) expect(form, key).toMatch(letters[name] ?? /\p{Script=Latin}/u);
    }
  });

  test('has the plural forms of its language, and no other', () => {
    const { pluralCategories } = new Intl.PluralRules(table.language).resolvedOptions();
    for (const [key, text] of Object.entries(texts)) {
      expect(pluralCategories, key).toEqual(expect.arrayContaining(Object.keys(formsOf(text))));
    }
  });
});
