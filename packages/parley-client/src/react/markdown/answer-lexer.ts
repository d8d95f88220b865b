import { getDefaults, Hooks, Lexer, type Token } from 'marked';
import { AnswerTokenizer, maskEmphasis } from './answer-tokenizer.ts';
import { footnoteExtensions } from './footnote-extensions.ts';
import { formulaExtensions, maskFormulas } from './formula-extensions.ts';
import { sourceExtensions } from './source-extensions.ts';

/** Text ends where a formula or the mark of a source may begin, as it does at the signs that Markdown knows. */
const text = new RegExp(Lexer.rules.inline.gfm.text.source.replace('[\\\\<', '[$【\\\\<'));

/** Reads one text. */
export class AnswerLexer extends Lexer {
  /** That is read now. */
  #line = '';

  /**
   * @param sources how many came with the text
   * @param growing the text, where more of it is to come
   */
  constructor(sources: number, growing: string | undefined) {
    const footnotes = footnoteExtensions();
    const formulas = formulaExtensions(growing, (source) => this.#line.charAt(this.#line.length - source.length - 1));
    super({
      ...getDefaults(),
      tokenizer: new AnswerTokenizer(),
      extensions: {
        block: [...footnotes.block, ...formulas.block],
        startBlock: [...footnotes.startBlock, ...formulas.startBlock],
        inline: [...footnotes.inline, ...sourceExtensions(sources).inline, ...formulas.inline],
        renderers: {},
        childTokens: {},
      },
    });
    const { rules } = this.options.tokenizer as AnswerTokenizer;
    rules.inline = { ...rules.inline, text };
    const emStrongMask = (masked: string) => maskEmphasis(maskFormulas(this.#line, masked));
    this.options.hooks = Object.assign(new Hooks(), { emStrongMask });
  }

  override inlineTokens(source: string, tokens?: Token[]): Token[] {
    const around = this.#line;
    this.#line = source;
    const found = super.inlineTokens(source, tokens);
    this.#line = around;
    return found;
  }
}
