import { getDefaults, Lexer, type Token, walkTokens } from 'marked';
import { AnswerHooks, AnswerTokenizer } from './answer-tokenizer.ts';
import { footnoteExtensions } from './footnote-extensions.ts';
import { type Note, TokenFinisher } from './token-finisher.ts';

export interface ParsedMarkdown {
  blocks: Token[];
  notes: Note[];
}

/** Parses a whole text: definitions at its end apply from its beginning. */
export function parseMarkdown(text: string): ParsedMarkdown {
  const blocks = newLexer().lex(text);
  const finisher = new TokenFinisher();
  walkTokens(blocks, (token) => finisher.finish(token as Parameters<TokenFinisher['finish']>[0]));
  for (const definition of finisher.unusedDefinitions()) {
    Object.assign(definition, { type: 'paragraph', tokens: newLexer().inlineTokens(definition.raw) });
  }
  return { blocks, notes: finisher.notes() };
}

function newLexer(): Lexer {
  return new Lexer({
    ...getDefaults(),
    tokenizer: new AnswerTokenizer(),
    hooks: new AnswerHooks(),
    extensions: footnoteExtensions(),
  });
}
