import * as z from 'zod/mini';
import { inEach, languages } from '../conversation/language.ts';
import { pictureUrl } from '../platform/picture-url.ts';

const MOST_AVATAR_BYTES = 8192;

/** One emoji, or one or two letters. */
const SIGN = /^(?:\p{RGI_Emoji}|\p{L}\p{M}*(?:\p{L}\p{M}*)?)$/v;

/** A picture is made a data URL in base64; anything else stays as it is. */
const avatar = z.pipe(
  z.string(),
  z.transform((value, context) => {
    const url = SIGN.test(value) ? value : value.startsWith('data:') && pictureUrl(value, MOST_AVATAR_BYTES);
    return url || refuse(context, 'must be one emoji, one or two letters, or a data URL of a small SVG, PNG or WebP');
  }),
);

const list = z
  .array(z.string().check(z.trim(), z.minLength(1), z.maxLength(200)))
  .check(z.minLength(1), z.maxLength(6));
const byLanguage = z.partialRecord(z.enum(languages), list).check(z.refine((given) => Object.keys(given).length > 0));

/** A list for all languages, or lists by language. */
const starters = z.pipe(
  z.unknown(),
  z.transform((value, context) => {
    const { data } = z.safeParse(z.union([list, byLanguage]), value);
    if (data !== undefined) return inEach(languages, Array.isArray(data) ? { en: data } : data);
    const lists = 'must be 1 to 6 texts of at most 200 characters each';
    return refuse(context, `${lists}, or such lists by language: ${languages.join(', ')}`);
  }),
);

/** `clock` is of a file; `orders/search` and `orders/*` of a server. */
const toolName = z
  .string()
  .check(z.regex(/^[a-z0-9-]+(\/([\w./-]+|\*))?$/, 'names no tool, such as clock, orders/search or orders/*'));

function refuse({ issues, value: input }: z.core.ParsePayload, message: string): never {
  issues.push({ code: 'custom', input, message });
  return z.NEVER;
}

/** What stands above an assistant's prompt, in the assistant's file. */
export const frontMatter = z.strictObject({
  title: z.string().check(z.minLength(1), z.maxLength(80)),
  description: z.string().check(z.minLength(1), z.maxLength(300)),
  avatar: z.optional(avatar),
  starters: z.optional(starters),
  max_output_tokens: z.optional(z.int().check(z.minimum(1), z.maximum(200_000))),
  context_overflow: z.optional(z.enum(['summarize', 'drop'])),
  temperature: z.optional(z.number().check(z.minimum(0), z.maximum(2))),
  tools: z.optional(z.array(toolName).check(z.maxLength(100))),
  accepts: z.optional(z.array(z.enum(['instructions', 'history', 'tools']))),
});
