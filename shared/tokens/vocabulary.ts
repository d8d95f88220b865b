import tokens from 'gpt-tokenizer/bpeRanks/o200k_base';

/** Stands for bytes that are no token: higher than every rank. */
export const NO_RANK = 2 ** 18;

// Each slot of this open hash table holds rank + 1, or 0 where it is empty; at most two slots in five are taken.
const slots = new Int32Array(2 ** 19);
const slotMask = slots.length - 1;

// The bytes of all tokens end to end: those of one rank begin at `starts[rank]`.
const starts = new Int32Array(tokens.length + 1);
const tokenBytes = Buffer.concat(tokens.map((token) => Buffer.from(token)));

const ranksOfPairs = new Int32Array(2 ** 16).fill(NO_RANK);
const longestToken = indexTokens();

/** The rank of two bytes in o200k_base, as `rankOf` gives it; a third of all look-ups are for two bytes. */
export function rankOfPair(first: number, second: number): number {
  return ranksOfPairs[(first << 8) | second] as number;
}

/** The rank of `bytes[start, end)` in o200k_base, or `NO_RANK`. What has the lower rank is merged earlier. */
export function rankOf(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > longestToken) return NO_RANK;
  for (let slot = slotOf(bytes, start, end); ; slot = (slot + 1) & slotMask) {
    const rank = (slots[slot] as number) - 1;
    if (rank === -1) return NO_RANK;
    if (isToken(rank, bytes, start, end)) return rank;
  }
}

function isToken(rank: number, bytes: Uint8Array, start: number, end: number): boolean {
  const shift = (starts[rank] as number) - start;
  if ((starts[rank + 1] as number) - shift !== end) return false;
  for (let index = start; index < end; index++) {
    if (bytes[index] !== tokenBytes[index + shift]) return false;
  }
  return true;
}

/** 32-bit FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), folded to the size of the table. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ (bytes[index] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) & slotMask;
}

/** Fills the tables and returns the length of the longest token in bytes. */
function indexTokens(): number {
  let longest = 0;
  let start = 0;
  for (const [rank, token] of tokens.entries()) {
    const end = start + (typeof token === 'string' ? Buffer.byteLength(token) : token.length);
    starts[rank + 1] = end;
    let slot = slotOf(tokenBytes, start, end);
    while (slots[slot] !== 0) slot = (slot + 1) & slotMask;
    slots[slot] = rank + 1;
    if (end - start === 2) ranksOfPairs[tokenBytes.readUInt16BE(start)] = rank;
    longest = Math.max(longest, end - start);
    start = end;
  }
  return longest;
}
