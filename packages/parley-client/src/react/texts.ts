import { directionOf, regionalOf } from './language.ts';

/** A text that differs by a number, `count`, as the plurals of its language do; `other` where there is no form for it. */
export interface Plural extends Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> {
  readonly other: string;
}

/** `{name}` stands for a value. */
export type Text = string | Plural;

/** Texts in one language, which is a tag of BCP 47. */
export interface Texts {
  readonly language: string;
}

/** What other languages have to say that is said in English: where that has no plural, neither has the text. */
export type Translated<English extends Texts> = {
  readonly [Name in keyof English]: English[Name] extends string ? string : Text;
};

/** Says a text, with its values in place: numbers as they are written in its language. */
export interface Say<Name> {
  (name: Name, values?: Readonly<Record<string, string | number>>): string;
  /** For `Intl`: the language, as it is written in the user's region. */
  readonly locale: string;
  readonly direction: 'ltr' | 'rtl';
}

export function sayIn<Table extends Texts>(table: Table): Say<keyof Table> {
  const locale = regionalOf(table.language);
  const direction = directionOf(table.language);
  const numbers = new Intl.NumberFormat(locale);
  const plurals = new Intl.PluralRules(table.language);
  // An address or a title in between must not change the order of the words around it.
  const [open, close] = direction === 'rtl' ? ['\u2068', '\u2069'] : ['', ''];
  const say: (...args: Parameters<Say<keyof Table>>) => string = (name, values = {}) => {
    const text = table[name] as Text;
    const form = typeof text === 'string' ? text : (text[plurals.select(Number(values['count']))] ?? text.other);
    return form.replaceAll(/\{(\w+)\}/g, (whole, value: string) => {
      const given = values[value] ?? whole;
      return typeof given === 'number' ? numbers.format(given) : `${open}${given}${close}`;
    });
  };
  return Object.assign(say, { locale, direction });
}
