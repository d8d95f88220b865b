/** By their language: each takes longer to make than a list to write. */
const made = new Map<string, Intl.ListFormat>();

/** Names in a row, as a language lists them. */
export function namesIn(locale: string, names: readonly string[]): string {
  const format = made.get(locale) ?? new Intl.ListFormat(locale, { type: 'conjunction' });
  made.set(locale, format);
  return format.format(names);
}
