import type { Metadata } from '../../conversation/ports/metadata.ts';
import { refused } from './api-failure.ts';

/** OpenAI's own bounds: pairs, and characters of a key and a value. */
const MOST = { pairs: 16, key: 64, value: 512 };

/**
 * What a caller keeps with a response or a conversation; `null` and nothing are no metadata.
 *
 * @throws {ApiFailure} 400
 */
export function readMetadata(value: unknown): Metadata {
  const wrong = (detail: string) => refused('invalid_value', 'metadata', detail);
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw wrong('metadata must be an object.');
  const pairs = Object.entries(value);
  if (pairs.length > MOST.pairs) throw wrong(`metadata may have at most ${MOST.pairs} pairs.`);
  for (const [key, text] of pairs) {
    if (typeof text !== 'string') throw wrong('The values of metadata must be strings.');
    if (key.length > MOST.key) throw wrong(`A key of metadata may have at most ${MOST.key} characters.`);
    if (text.length > MOST.value) throw wrong(`A value of metadata may have at most ${MOST.value} characters.`);
    if (!key.isWellFormed() || !text.isWellFormed()) throw wrong('metadata must be well-formed Unicode.');
  }
  return Object.fromEntries(pairs);
}
