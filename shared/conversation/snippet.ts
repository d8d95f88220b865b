/** Characters as a reader counts them, of which some stand before the place in question. */
const LENGTH = 120;
const BEFORE = 30;

const characters = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** Some of a text around a place in it, as one line of plain text, with an ellipsis where it is cut. */
export function snippetOf(text: string, place: number): string {
  const all = characters.segment(text);
  const begin = (index: number) => all.containing(index)?.index ?? 0;
  let start = begin(place);
  for (let count = 0; count < BEFORE && start > 0; count += 1) start = begin(start - 1);
  // Not in the middle of a word, where the next one begins before the place.
  const space = start > 0 ? text.slice(start, place).search(/\s/u) : -1;
  start += space + 1;
  let end = start;
  for (let count = 0; count < LENGTH && end < text.length; count += 1) {
    end += all.containing(end)?.segment.length ?? 1;
  }
  const line = text
    .slice(start, end)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return `${start > 0 ? '…' : ''}${line}${end < text.length ? '…' : ''}`.toWellFormed();
}
