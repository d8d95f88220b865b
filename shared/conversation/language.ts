/** What people are spoken to in, beside what they and the model say. */
export const languages = ['en', 'de', 'fr', 'es', 'ja', 'ar'] as const;

export type Language = (typeof languages)[number];

/** What is said in some languages. */
export type ByLanguage<T> = { readonly [L in Language]?: T | undefined };

/** What is said in each language that is wanted: where it is not given, what is said in English, or in the first that is. */
export function inEach<T>(wanted: readonly Language[], given: ByLanguage<T>): ByLanguage<T> {
  const otherwise = given.en ?? Object.values(given)[0];
  return Object.fromEntries(wanted.map((language) => [language, given[language] ?? otherwise]));
}
