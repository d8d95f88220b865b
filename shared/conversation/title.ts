const MOST_CHARACTERS = 60;

/** Of a title that the model wrote. */
const MOST_MODEL_CHARACTERS = 80;

/** What models put around a title: Markdown's marks, and quotes of many languages. */
const MARKS: [string, string][] = [
  ['**', '**'],
  ['__', '__'],
  ['*', '*'],
  ['_', '_'],
  ['`', '`'],
  ['"', '"'],
  ["'", "'"],
  ['“', '”'],
  ['„', '“'],
  ['”', '”'],
  ['‘', '’'],
  ['«', '»'],
  ['»', '«'],
  ['‹', '›'],
  ['「', '」'],
  ['『', '』'],
  ['《', '》'],
];

/** Control characters, and marks that would turn the direction of what stands behind the title. */
const NOT_SHOWN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** A session's title: the first words of its first message, on one line, cut at a word where there is one. */
export function titleOf(message: string): string {
  return shortened(onOneLine(message.slice(0, 10 * MOST_CHARACTERS)), MOST_CHARACTERS);
}

/** The title in what a model wrote: its first line, without what stands around it. May be empty. */
export function modelTitleOf(text: string): string {
  const [line = ''] = text.split(/[\p{Zl}\p{Zp}\n\v\f\r\u0085]/u).filter((each) => each.trim() !== '');
  const shown = line.replace(/\s/gu, ' ').replace(NOT_SHOWN, '');
  return shortened(onOneLine(bare(shown.replace(/^[ #>]+/, ''))), MOST_MODEL_CHARACTERS);
}

/** Without pairs of marks around it; a text that has such marks inside too is left as it is. */
function bare(text: string): string {
  const trimmed = text.trim();
  for (const [open, close] of MARKS) {
    if (!trimmed.startsWith(open) || !trimmed.endsWith(close)) continue;
    const inner = trimmed.slice(open.length, -close.length);
    if (trimmed.length > open.length + close.length && !inner.includes(open) && !inner.includes(close))
      return bare(inner);
  }
  return trimmed;
}

function onOneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}

function shortened(line: string, most: number): string {
  // By code points, so that no character is cut in two.
  const characters = Array.from(line);
  if (characters.length <= most) return line.toWellFormed();
  const cut = characters.slice(0, most).join('');
  const lastSpace = cut.lastIndexOf(' ');
  return `${lastSpace > most / 2 ? cut.slice(0, lastSpace) : cut}…`.toWellFormed();
}
