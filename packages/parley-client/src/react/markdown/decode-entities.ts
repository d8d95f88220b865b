import { characterEntitiesHtml4 } from 'character-entities-html4';

const reference = /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-zA-Z\d]{2,8}));/g;
const LAST_CODE_POINT = 0x10ffff;

const named = new Map([...Object.entries(characterEntitiesHtml4), ['apos', "'"]]);

/**
 * The text that `&amp;`, `&#8212;` or `&mdash;` stand for. Only the names of HTML 4 are known: the other 1,900 of HTML 5
 * would make the page 7 % larger.
 */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(reference, (whole, decimal?: string, hexadecimal?: string, name = '') => {
    if (decimal !== undefined) return characterOf(Number.parseInt(decimal, 10));
    if (hexadecimal !== undefined) return characterOf(Number.parseInt(hexadecimal, 16));
    return named.get(name) ?? whole;
  });
}

/** U+FFFD for what is not a character, as CommonMark says. */
function characterOf(codePoint: number): string {
  const isNone = codePoint === 0 || codePoint > LAST_CODE_POINT || (codePoint >= 0xd800 && codePoint <= 0xdfff);
  return isNone ? '\ufffd' : String.fromCodePoint(codePoint);
}
