import type { TokenCount } from '../ports/token-counter.ts';

/** No result is longer. */
export const MOST_RESULT_BYTES = 32_768;

/** However full a prompt is, a result may have so many tokens, or its call is not made. */
export const LEAST_RESULT_TOKENS = 256;

/** What the note takes at most. */
const NOTE_TOKENS = 24;

/** A search for a place in a text ends after so many looks. */
const LOOKS = 12;

/** A tool's result as the model is told it: well-formed, within its bounds, and with a note where it is cut. */
export async function cutResult(
  text: string,
  mostTokens: number,
  count: (text: string) => Promise<TokenCount>,
): Promise<string> {
  const whole = text.toWellFormed();
  const start = withinBytes(whole, MOST_RESULT_BYTES);
  if (start === whole && (await count(whole)).tokens <= mostTokens) return whole;
  const kept = await withinTokens(start, Math.max(mostTokens - NOTE_TOKENS, 0), count);
  return `${kept}\n[Cut: the first ${kept.length} of ${whole.length} characters.]`;
}

function withinBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text;
  return new TextDecoder().decode(Buffer.from(text).subarray(0, most), { stream: true });
}

async function withinTokens(text: string, most: number, count: (text: string) => Promise<TokenCount>): Promise<string> {
  if ((await count(text)).tokens <= most) return text;
  let [fits, tooLong] = [0, text.length];
  for (let looks = 0; looks < LOOKS && tooLong - fits > 1; looks += 1) {
    const middle = (fits + tooLong) >> 1;
    if ((await count(whole(text.slice(0, middle)))).tokens <= most) fits = middle;
    else tooLong = middle;
  }
  return whole(text.slice(0, fits));
}

/** Not the half of a character. */
function whole(text: string): string {
  return text.replace(/[\ud800-\udbff]$/, '');
}
