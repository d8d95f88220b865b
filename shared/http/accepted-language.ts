import type { Language } from '../conversation/language.ts';

/** More of the header is not read: browsers send a tenth of it. */
const MOST_CHARACTERS = 1000;

const RANGE = /^\s*(\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i;

/**
 * Of the languages on offer the one that `Accept-Language` wants most (RFC 9110, 12.5.4); where it wants none of them, the
 * first. A language of some region (`de-CH`) is that language.
 */
export function acceptedLanguage(header: string | null, offered: readonly [Language, ...Language[]]): Language {
  const ranges = (header ?? '')
    .slice(0, MOST_CHARACTERS)
    .split(',')
    .flatMap((each) => {
      const [all, range = '', weight = '1'] = RANGE.exec(each) ?? [];
      return all === undefined ? [] : [{ language: range.toLowerCase().replace(/-.*/, ''), weight: Number(weight) }];
    });
  const named = new Set(ranges.map(({ language }) => language));
  for (const { language } of ranges.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight)) {
    const found = offered.find((each) => (language === '*' ? !named.has(each) : each === language));
    if (found !== undefined) return found;
  }
  return offered[0];
}
