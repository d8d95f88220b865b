import type { TokenCount } from '../conversation/ports/token-counter.ts';
import { countMerged, LONGEST_PIECE } from './count-merged.ts';
import { NO_RANK, type Tables, Vocabulary } from './vocabulary.ts';

/**
 * UTF-16 units of the longest text that is split. The work is linear, so this is half a second at the very most;
 * and V8 runs out of stack in the pattern at 16,000,000.
 */
export const LONGEST_TEXT = 1_000_000;

const encoder = new TextEncoder();
const bytes = new Uint8Array(LONGEST_PIECE);

/**
 * Makes what counts the tokens of a text in one encoding; `<|endoftext|>` and its like are plain text, a lone surrogate
 * is U+FFFD. The count is exact, except that pieces of more than LONGEST_PIECE bytes, and texts longer than
 * LONGEST_TEXT, count as many tokens as they have bytes: never too few, because every token of a byte level encoding has
 * at least one byte.
 */
export function createCountTokens(tables: Tables): (text: string) => TokenCount {
  const vocabulary = new Vocabulary(tables);
  const pieces = new RegExp(tables.pattern, 'gu');
  return (text) => {
    if (text.length > LONGEST_TEXT) return { tokens: Buffer.byteLength(text), exact: false };
    let tokens = 0;
    let exact = true;
    for (const [piece] of text.matchAll(pieces)) {
      const { read, written } = encoder.encodeInto(piece, bytes);
      if (read === piece.length) {
        tokens += vocabulary.rankOf(bytes, 0, written) === NO_RANK ? countMerged(vocabulary, bytes, written) : 1;
      } else {
        tokens += Buffer.byteLength(piece);
        exact = false;
      }
    }
    return { tokens, exact };
  };
}
