import type { TokenizerThis, Tokens } from 'marked';
import { webAddress } from './safe-address.ts';

/** Where an answer says what it has from where: `[1]`, with the numbers of its sources. */
export interface SourceMark extends Tokens.Generic {
  type: 'sourceMark';
  numbers: number[];
}

/** Not of a link: what follows there is an address, or the name of one. */
const mark = /^(?:\[\^?(\d{1,3}(?:, ?\d{1,3})*)\](?!\(|:|\[(?!\^?\d))|【(\d{1,3})(?:†[^】\n]{0,80})?】)/;

/**
 * Marks of sources, for one text: only numbers of sources that there are.
 *
 * @param count how many sources came with the text; where none did, those count that it defines, as in
 * `[1]: https://example.com "Title"`
 */
export function sourceExtensions(count: number) {
  function cite(this: TokenizerThis, source: string): SourceMark | undefined {
    const [raw, listed, single] = mark.exec(source) ?? [];
    if (raw === undefined) return undefined;
    const numbers = (listed ?? single ?? '').split(',').map(Number);
    const { links } = this.lexer.tokens;
    const isSource = (number: number) =>
      count > 0 ? number > 0 && number <= count : webAddress(links[number]?.href ?? '') !== undefined;
    return numbers.every(isSource) ? { type: 'sourceMark', raw, numbers } : undefined;
  }

  return { inline: [cite] };
}
