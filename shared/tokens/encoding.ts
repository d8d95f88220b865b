/** How a model's texts become tokens. */
export type Encoding = 'o200k_base' | 'cl100k_base';

/** Models before gpt-4o, under OpenAI's names and Azure's. */
const OLDER = /^gpt-(3\.?5|4)(-|$)/;

/** The encoding of a model, by its name; what is not known is taken for one of today's. */
export function encodingOf(model: string): Encoding {
  return OLDER.test(model) ? 'cl100k_base' : 'o200k_base';
}
