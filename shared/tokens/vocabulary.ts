/** A rank file of js-tiktoken: how a text is split, and the tokens in base64, in lines of `! <first rank> <tokens...>`. */
export interface RankFile {
  pat_str: string;
  bpe_ranks: string;
}

/** Stands for bytes that are no token: higher than every rank. */
export const NO_RANK = 2 ** 18;

/** The tokens of one encoding, found by their bytes. What has the lower rank is merged earlier. */
export class Vocabulary {
  // Each slot of this open hash table holds rank + 1, or 0 where it is empty; at most two slots in five are taken.
  readonly #slots = new Int32Array(2 ** 19);
  // The bytes of all tokens end to end, and where those of each rank begin and end.
  readonly #tokenBytes: Buffer;
  readonly #starts = new Int32Array(NO_RANK);
  readonly #ends = new Int32Array(NO_RANK);
  readonly #ranksOfPairs = new Int32Array(2 ** 16).fill(NO_RANK);
  #longestToken = 0;

  constructor({ bpe_ranks }: RankFile) {
    this.#tokenBytes = Buffer.alloc(Buffer.byteLength(bpe_ranks, 'base64'));
    let size = 0;
    for (const line of bpe_ranks.split('\n')) {
      const [, first, ...tokens] = line.split(' ');
      for (const [index, token] of tokens.entries()) {
        const start = size;
        size += this.#tokenBytes.write(token, start, 'base64');
        this.#add(Number(first) + index, start, size);
      }
    }
  }

  /** The rank of two bytes, as `rankOf` gives it; a third of all look-ups are for two bytes. */
  rankOfPair(first: number, second: number): number {
    return this.#ranksOfPairs[(first << 8) | second] as number;
  }

  /** The rank of `bytes[start, end)`, or `NO_RANK`. */
  rankOf(bytes: Uint8Array, start: number, end: number): number {
    if (end - start > this.#longestToken) return NO_RANK;
    const slots = this.#slots;
    for (let slot = slotOf(bytes, start, end); ; slot = (slot + 1) & SLOT_MASK) {
      const rank = (slots[slot] as number) - 1;
      if (rank === -1) return NO_RANK;
      if (this.#isToken(rank, bytes, start, end)) return rank;
    }
  }

  #isToken(rank: number, bytes: Uint8Array, start: number, end: number): boolean {
    const tokenBytes = this.#tokenBytes;
    const shift = (this.#starts[rank] as number) - start;
    if ((this.#ends[rank] as number) - shift !== end) return false;
    for (let index = start; index < end; index++) {
      if (bytes[index] !== tokenBytes[index + shift]) return false;
    }
    return true;
  }

  #add(rank: number, start: number, end: number): void {
    this.#starts[rank] = start;
    this.#ends[rank] = end;
    let slot = slotOf(this.#tokenBytes, start, end);
    while (this.#slots[slot] !== 0) slot = (slot + 1) & SLOT_MASK;
    this.#slots[slot] = rank + 1;
    if (end - start === 2) this.#ranksOfPairs[this.#tokenBytes.readUInt16BE(start)] = rank;
    this.#longestToken = Math.max(this.#longestToken, end - start);
  }
}

const SLOT_MASK = 2 ** 19 - 1;

/** 32-bit FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), folded to the size of the table. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ (bytes[index] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) & SLOT_MASK;
}
