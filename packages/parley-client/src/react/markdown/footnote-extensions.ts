import type { Token, TokenizerThis, Tokens } from 'marked';

/** A reference to a note. It gets its numbers once the whole text has been read. */
export interface FootnoteReference extends Tokens.Generic {
  type: 'footnoteReference';
  label: string;
  number?: number;
  /** 1 for the first reference to this note. */
  occurrence?: number;
}

export interface FootnoteDefinition extends Tokens.Generic {
  type: 'footnoteDefinition';
  label: string;
  tokens: Token[];
}

const name = String.raw`(?:\\.|[^\\\]\s])+`;
const indented = String.raw`(?:[ \t]*\n)*(?: {4}|\t)[^\n]+`;
/** A line that continues a paragraph without being indented: it starts no other block. */
const continued = String.raw`(?! {0,3}(?:[-#>*+|=~${'`'}]|\d+[.)]|\[\^${name}\]:))[ \t]*[^\s][^\n]*`;
const definition = new RegExp(String.raw`^ {0,3}\[\^(${name})\]:([^\n]*(?:\n(?:${indented}|${continued}))*)(?:\n|$)`);
const beginning = new RegExp(String.raw`\n {0,3}\[\^${name}\]:`);
const reference = new RegExp(String.raw`^\[\^(${name})\]`);

/** The footnotes of GFM, for one text. `[^a]` is a reference only if the text defines that note. */
export function footnoteExtensions() {
  const defined = new Set<string>();
  let isInNote = false;

  function define(this: TokenizerThis, source: string): FootnoteDefinition | undefined {
    const [raw, label = '', text = ''] = isInNote ? [] : (definition.exec(source) ?? []);
    if (raw === undefined) return undefined;
    defined.add(label.toLowerCase());
    const { top } = this.lexer.state;
    this.lexer.state.top = true;
    isInNote = true;
    const tokens = this.lexer.blockTokens(text.trimStart().replaceAll(/^(?: {4}|\t)/gm, ''));
    isInNote = false;
    this.lexer.state.top = top;
    return { type: 'footnoteDefinition', raw, label: label.toLowerCase(), tokens };
  }

  /** Searches no further than the paragraph: marked asks this for each one. */
  function findDefinition(source: string): number {
    const end = source.indexOf('\n\n');
    return (end === -1 ? source : source.slice(0, end)).search(beginning);
  }

  function refer(source: string): FootnoteReference | undefined {
    const [raw, label = ''] = reference.exec(source) ?? [];
    if (raw === undefined || !defined.has(label.toLowerCase())) return undefined;
    return { type: 'footnoteReference', raw, label: label.toLowerCase() };
  }

  return {
    block: [define],
    startBlock: [findDefinition],
    inline: [refer],
  };
}
