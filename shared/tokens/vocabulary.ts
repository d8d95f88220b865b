import tokens from 'gpt-tokenizer/bpeRanks/o200k_base';

/** The rank of a run of bytes that is no token; higher than every rank there is. */
export const NO_RANK = 0x7fffffff;

// An open hash table over all tokens' bytes laid end to end. 2^19 slots for 200,000 tokens keep probes short.
const slotMask = 2 ** 19 - 1;
const rankPlusOneBySlot = new Int32Array(slotMask + 1);
const startByRank = new Int32Array(tokens.length + 1);
const bytesOfTokens = concatenate();
const longestToken = fillSlots();

/**
 * The rank of `bytes[start, end)` in o200k_base, where a lower rank is merged earlier, or NO_RANK.
 * gpt-tokenizer's own lookup decodes the bytes to a string each time: ten times slower, and it loses U+FEFF.
 */
export function rankOf(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > longestToken) return NO_RANK;
  for (let slot = slotOf(bytes, start, end); ; slot = (slot + 1) & slotMask) {
    const rank = (rankPlusOneBySlot[slot] as number) - 1;
    if (rank === -1) return NO_RANK;
    if (isToken(rank, bytes, start, end)) return rank;
  }
}

function isToken(rank: number, bytes: Uint8Array, start: number, end: number): boolean {
  const tokenStart = startByRank[rank] as number;
  if ((startByRank[rank + 1] as number) - tokenStart !== end - start) return false;
  for (let index = start; index < end; index++) {
    if (bytes[index] !== bytesOfTokens[tokenStart + index - start]) return false;
  }
  return true;
}

/** FNV-1a, folded so that the high bits count too. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ (bytes[index] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) & slotMask;
}

function concatenate(): Uint8Array {
  const parts = tokens.map((token) => Buffer.from(token as string));
  parts.forEach((part, rank) => {
    startByRank[rank + 1] = (startByRank[rank] as number) + part.length;
  });
  return Buffer.concat(parts);
}

function fillSlots(): number {
  let longest = 0;
  for (let rank = 0; rank < tokens.length; rank++) {
    const start = startByRank[rank] as number;
    const end = startByRank[rank + 1] as number;
    if (start === end) continue;
    let slot = slotOf(bytesOfTokens, start, end);
    while (rankPlusOneBySlot[slot] !== 0) slot = (slot + 1) & slotMask;
    rankPlusOneBySlot[slot] = rank + 1;
    longest = Math.max(longest, end - start);
  }
  return longest;
}
