/** A rank file of js-tiktoken: how a text is split, and the tokens in base64, in lines of `! <first rank> <tokens...>`. */
export interface RankFile {
  pat_str: string;
  bpe_ranks: string;
}

/** Stands for bytes that are no token: higher than every rank. */
export const NO_RANK = 2 ** 18;

/** An encoding, in memory that threads share. */
export interface Tables {
  /** Splits a text into the pieces that are merged each by itself. */
  pattern: string;
  /** An open hash table: each slot holds rank + 1, or 0 where it is empty; at most two in five are taken. */
  slots: Int32Array;
  /** The bytes of all tokens end to end, and where those of each rank begin and end. */
  tokenBytes: Uint8Array;
  starts: Int32Array;
  ends: Int32Array;
  ranksOfPairs: Int32Array;
  longestToken: number;
}

/** Reads a rank file. Takes some 100 ms: it is for the worker. */
export function readTables({ pat_str, bpe_ranks }: RankFile): Tables {
  const tokenBytes = Buffer.from(new SharedArrayBuffer(Buffer.byteLength(bpe_ranks, 'base64')));
  const slots = sharedIntegers(SLOT_MASK + 1);
  const starts = sharedIntegers(NO_RANK);
  const ends = sharedIntegers(NO_RANK);
  const ranksOfPairs = sharedIntegers(2 ** 16).fill(NO_RANK);
  let longestToken = 0;
  let size = 0;
  for (const line of bpe_ranks.split('\n')) {
    const [, first, ...tokens] = line.split(' ');
    for (const [index, token] of tokens.entries()) {
      const rank = Number(first) + index;
      const start = size;
      size += tokenBytes.write(token, start, 'base64');
      starts[rank] = start;
      ends[rank] = size;
      let slot = slotOf(tokenBytes, start, size);
      while (slots[slot] !== 0) slot = (slot + 1) & SLOT_MASK;
      slots[slot] = rank + 1;
      if (size - start === 2) ranksOfPairs[tokenBytes.readUInt16BE(start)] = rank;
      longestToken = Math.max(longestToken, size - start);
    }
  }
  return { pattern: pat_str, slots, tokenBytes, starts, ends, ranksOfPairs, longestToken };
}

/** The tokens of one encoding, found by their bytes. What has the lower rank is merged earlier. */
export class Vocabulary {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** The rank of two bytes, as `rankOf` gives it; a third of all look-ups are for two bytes. */
  rankOfPair(first: number, second: number): number {
    return this.#tables.ranksOfPairs[(first << 8) | second] as number;
  }

  /** The rank of `bytes[start, end)`, or `NO_RANK`. */
  rankOf(bytes: Uint8Array, start: number, end: number): number {
    const { slots, longestToken } = this.#tables;
    if (end - start > longestToken) return NO_RANK;
    for (let slot = slotOf(bytes, start, end); ; slot = (slot + 1) & SLOT_MASK) {
      const rank = (slots[slot] as number) - 1;
      if (rank === -1) return NO_RANK;
      if (this.#isToken(rank, bytes, start, end)) return rank;
    }
  }

  #isToken(rank: number, bytes: Uint8Array, start: number, end: number): boolean {
    const { tokenBytes, starts, ends } = this.#tables;
    const shift = (starts[rank] as number) - start;
    if ((ends[rank] as number) - shift !== end) return false;
    for (let index = start; index < end; index++) {
      if (bytes[index] !== tokenBytes[index + shift]) return false;
    }
    return true;
  }
}

const SLOT_MASK = 2 ** 19 - 1;

function sharedIntegers(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
}

/** 32-bit FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), folded to the size of the table. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ (bytes[index] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) & SLOT_MASK;
}
