import { MinimumHeap } from './minimum-heap.ts';
import { NO_RANK, rankOf, prefixHash } from './vocabulary.ts';

/** Bytes of the longest piece that can be merged. */
export const LONGEST_PIECE = 2**19;

// A heap's key is rank * 2^20 + position: the lowest rank first, then the leftmost, as the encoding demands.
const positions = 2 ** 20;
const queue = new MinimumHeap(2 * LONGEST_PIECE);
const next = new Int32Array(LONGEST_PIECE + 1);
const previous = new Int32Array(LONGEST_PIECE + 1);
const prefixes = new Int32Array(LONGEST_PIECE + 1);
const rankAt = new Int32Array(LONGEST_PIECE + 1);

export function countMerged(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  queue.clear();
  const rankFrom = (position: number): void => {
    const middle = next[position] as number;
    const stop = middle < length ? (next[middle] as number) : 0;
    const rank = stop === 0 ? NO_RANK : rankOf(bytes, start + position, start + stop, prefixes, position);
    rankAt[position] = rank;
    if (rank !== NO_RANK) queue.push(rank * positions + position);
  };
  for (let position = 0; position <= length; position++) {
    next[position] = position + 1;
    previous[position] = position - 1;
    prefixes[position + 1] = prefixHash(prefixes[position] as number, bytes[start + position] as number);
  }
  for (let position = 0; position < length; position++) rankFrom(position);
  let parts = length;
  while (queue.size > 0) {
    const key = queue.pop();
    const rank = Math.floor(key / positions);
    const position = key - rank * positions;
    if (rankAt[position] !== rank) continue;
    const middle = next[position] as number;
    const stop = next[middle] as number;
    next[position] = stop;
    previous[stop] = position;
    rankAt[middle] = NO_RANK;
    parts--;
    rankFrom(position);
    if (position > 0) rankFrom(previous[position] as number);
  }
  return parts;
}
