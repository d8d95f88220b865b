const TITLE_CHARACTERS = 60;

/** A session's title: the first words of its first message, on one line, cut at a word where there is one. */
export function titleOf(message: string): string {
  const line = message
    .slice(0, 10 * TITLE_CHARACTERS)
    .replace(/\s+/gu, ' ')
    .trim();
  // By code points, so that no character is cut in two.
  const characters = Array.from(line);
  if (characters.length <= TITLE_CHARACTERS) return line.toWellFormed();
  const cut = characters.slice(0, TITLE_CHARACTERS).join('');
  const lastSpace = cut.lastIndexOf(' ');
  return `${lastSpace > TITLE_CHARACTERS / 2 ? cut.slice(0, lastSpace) : cut}…`.toWellFormed();
}
