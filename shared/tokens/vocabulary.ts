import tokens from 'gpt-tokenizer/bpeRanks/o200k_base';

/** The rank of a run of bytes that is no token; higher than every rank there is. */
export const NO_RANK = 0x7fffffff;

// An open hash table over all tokens' bytes laid end to end. 2^19 slots for 200,000 tokens keep probes short.
// A slot holds 14 bits of the hash, then 18 bits of rank + 1; 0 is an empty slot.
const slotMask = 2 ** 19 - 1;
const slots = new Int32Array(slotMask + 1);
const rankMask = 2 ** 18 - 1;
const startByRank = new Int32Array(tokens.length + 1);
const powers = new Int32Array(1024);
powers[0] = 1;
for (let i = 1; i < powers.length; i++) powers[i] = Math.imul(powers[i - 1] as number, 0x01000193);
const bytesOfTokens = concatenate();
const longestToken = fillSlots();

export function prefixHash(before: number, byte: number): number {
  return (Math.imul(before, 0x01000193) + byte + 1) | 0;
}

export function rankOf(bytes: Uint8Array, start: number, end: number, prefixes: Int32Array, at: number): number {
  const length = end - start;
  if (length > longestToken) return NO_RANK;
  return find(bytes, start, end, ((prefixes[at + length] as number) - Math.imul(prefixes[at] as number, powers[length] as number)) | 0);
}

function find(bytes: Uint8Array, start: number, end: number, polynomial: number): number {
  const hash = mixed(polynomial);
  const mark = hash & ~rankMask;
  for (let slot = hash & slotMask; ; slot = (slot + 1) & slotMask) {
    const entry = slots[slot] as number;
    if (entry === 0) return NO_RANK;
    if ((entry & ~rankMask) !== mark) continue;
    const rank = (entry & rankMask) - 1;
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

function mixed(h: number): number {
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
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
    let p = 0;
    for (let i = start; i < end; i++) p = prefixHash(p, bytesOfTokens[i] as number);
    const hash = mixed(p);
    let slot = hash & slotMask;
    while (slots[slot] !== 0) slot = (slot + 1) & slotMask;
    slots[slot] = (hash & ~rankMask) | (rank + 1);
    longest = Math.max(longest, end - start);
  }
  return longest;
}
