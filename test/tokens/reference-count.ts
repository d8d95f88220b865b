import type { RankFile } from '../../shared/tokens/vocabulary.ts';

/**
 * Byte pair encoding word for word as it is defined: join the two neighbours whose joint rank is lowest, the leftmost
 * first, until none has a rank. For texts on which js-tiktoken, which does the same with strings, takes minutes.
 */
export function createReferenceCount({ pat_str, bpe_ranks }: RankFile): (text: string) => number {
  const ranks = new Map<string, number>();
  for (const line of bpe_ranks.split('\n')) {
    const [, first, ...tokens] = line.split(' ');
    for (const [index, token] of tokens.entries()) {
      ranks.set(Buffer.from(token, 'base64').toString('latin1'), Number(first) + index);
    }
  }
  const known = new Map<string, number>();
  return (text) => {
    let sum = 0;
    for (const [piece] of text.matchAll(new RegExp(pat_str, 'gu'))) {
      const count = known.get(piece) ?? countPiece(Buffer.from(piece).toString('latin1'), ranks);
      known.set(piece, count);
      sum += count;
    }
    return sum;
  };
}

function countPiece(bytes: string, ranks: ReadonlyMap<string, number>): number {
  if (ranks.has(bytes)) return 1;
  const rankOf = (part: string | undefined, next: string | undefined) =>
    (part !== undefined && next !== undefined && ranks.get(part + next)) || Number.POSITIVE_INFINITY;
  const parts = [...bytes];
  const joint = parts.map((part, at) => rankOf(part, parts[at + 1]));
  for (;;) {
    const lowest = joint.reduce((best, rank, at) => (rank < (joint[best] as number) ? at : best), 0);
    if (!Number.isFinite(joint[lowest])) return parts.length;
    parts.splice(lowest, 2, `${parts[lowest]}${parts[lowest + 1]}`);
    joint.splice(lowest, 1);
    joint[lowest] = rankOf(parts[lowest], parts[lowest + 1]);
    if (lowest > 0) joint[lowest - 1] = rankOf(parts[lowest - 1], parts[lowest]);
  }
}
