/**
 * Accents of Latin, Greek and Cyrillic letters, and the points of Hebrew and Arabic. Marks of other scripts make another
 * letter of the one that they stand at.
 */
const ACCENTS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]/g;

/** A text in the form in which it is searched: the same in capitals and without, with accents and without. */
export function fold(text: string): string {
  const bare = text.normalize('NFKD').replace(ACCENTS, '').normalize('NFC');
  // Capitals first: they make two letters of one that is two to a reader, such as ß.
  return bare.toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}

/** Short enough to look for a place in; a mark stays with what it stands at. */
const PIECES = /.{1,200}\p{M}*/gsu;

/** Where in a text that stands which is at this place of its folded form. */
export function placeBefore(text: string, folded: number): number {
  let before = 0;
  for (const { 0: piece, index } of text.matchAll(PIECES)) {
    const { length } = fold(piece);
    if (before + length > folded) return index + placeIn(piece, folded - before);
    before += length;
  }
  return text.length;
}

function placeIn(piece: string, folded: number): number {
  let [low, high] = [0, piece.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fold(piece.slice(0, middle + 1)).length > folded) high = middle;
    else low = middle + 1;
  }
  return low;
}
