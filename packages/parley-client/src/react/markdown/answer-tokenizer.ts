import { Tokenizer, type Tokens } from 'marked';

/** How deep quotes, lists and emphasis may be nested. Beyond that, their marks are shown as text. */
const DEEPEST = 32;

/** Chinese, Japanese and Korean characters, with their punctuation. */
const cjk = String.raw`[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\uff01-\uff60]`;
const endsInCjk = new RegExp(`${cjk}$`, 'u');
const cjkPunctuationAtStars = new RegExp(String.raw`(?=\p{P})${cjk}(?=\*)|(?<=\*)(?=\p{P})${cjk}`, 'gu');
const punctuationAcrossFromCjk = new RegExp(
  String.raw`(?!\*)[\p{P}\p{S}](?=\*+${cjk})|(?!\*)[\p{P}\p{S}](?<=${cjk}\*+.)`,
  'gu',
);

const rowEnds = /^\s*\||(?<!\\)\|\s*$/g;
const columnEnd = /(?<!\\)\|/;

/** Where answers are read differently from what marked does by itself. Each text needs its own: it counts its nesting. */
export class AnswerTokenizer extends Tokenizer {
  #depth = 0;

  override blockquote(source: string): Tokens.Blockquote | undefined {
    return this.#nested(() => super.blockquote(source));
  }

  override list(source: string): Tokens.List | undefined {
    return this.#nested(() => super.list(source));
  }

  /** CommonMark expects spaces or punctuation around `**`. Text in Chinese, Japanese and Korean has none. */
  override emStrong(source: string, masked: string, previous = ''): Tokens.Em | Tokens.Strong | undefined {
    const before = source.startsWith('*') && endsInCjk.test(previous) ? '' : previous;
    return this.#nested(() => super.emStrong(source, masked, before));
  }

  /** GFM drops cells for which the header has no column, as after a `||`. Here the last cell keeps their text. */
  override table(source: string): Tokens.Table | undefined {
    const table = super.table(source);
    const lines = table?.raw.split('\n').slice(2) ?? [];
    for (const [place, row] of table?.rows.entries() ?? []) {
      const cells = lines[place]?.replace(rowEnds, '').split(columnEnd) ?? [];
      const last = row.at(-1);
      if (last === undefined || cells.length <= row.length) continue;
      last.text = cells
        .slice(row.length - 1)
        .join('|')
        .trim();
      last.tokens = this.lexer.inline(last.text);
    }
    return table;
  }

  /** HTML is shown as text. */
  override html(): undefined {}

  override tag(): undefined {}

  #nested<Token>(tokenize: () => Token | undefined): Token | undefined {
    if (this.#depth === DEEPEST) return undefined;
    this.#depth += 1;
    try {
      return tokenize();
    } finally {
      this.#depth -= 1;
    }
  }
}

/** Lets emphasis end next to a CJK character, by making a letter of the punctuation there. */
export function maskEmphasis(masked: string): string {
  return masked.replace(cjkPunctuationAtStars, 'a').replace(punctuationAcrossFromCjk, 'a');
}
