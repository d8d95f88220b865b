import { type Token, walkTokens } from 'marked';
import type { Source } from '../../client/source.ts';
import { AnswerLexer } from './answer-lexer.ts';
import { citeNotes, definedSources, type NumberedSource, notedSources } from './text-sources.ts';
import { type Note, TokenFinisher } from './token-finisher.ts';

export interface ParsedMarkdown {
  blocks: Token[];
  notes: Note[];
  /** While a text grows, some may be notes still. */
  sources: (NumberedSource | Note)[];
}

export interface ParseOptions {
  /** That the text came with. */
  sources?: readonly Source[] | undefined;
  /** More of the text is to come. */
  isGrowing?: boolean;
}

/**
 * What may mean something else with the next character. A last line of `-` or `=` would turn the line above into a heading,
 * though mostly it becomes a list or a rule; a last `$` would end a formula, though it may begin an amount; the label of
 * the next note would be a line of the one before.
 */
const undecided = /\n[ \t]*[-=]+[ \t]*$|(?<=[^\s$])\$$|\n {0,3}\[(?:\^[^\]\s]{0,20}(?:\]:?[ \t]*)?)?$/;

/** Parses a whole text: definitions at its end apply from its beginning. */
export function parseMarkdown(
  whole: string,
  { sources: given = [], isGrowing = false }: ParseOptions = {},
): ParsedMarkdown {
  const text = isGrowing ? whole.replace(undecided, '') : whole;
  const lexer = () => new AnswerLexer(given.length, isGrowing ? text : undefined);
  const blocks = lexer().lex(text);
  const finisher = new TokenFinisher();
  walkTokens(blocks, (token) => finisher.finish(token as Parameters<TokenFinisher['finish']>[0]));
  const numbered = given.map((source, place) => ({ ...source, number: place + 1 }));
  const defined = finisher.hasMarks && given.length === 0 ? definedSources(finisher.definitions) : [];
  const listed = new Set(defined.map(({ number }) => String(number)));
  for (const definition of finisher.unusedDefinitions()) {
    if (listed.has(definition.tag)) continue;
    Object.assign(definition, { type: 'paragraph', tokens: lexer().inlineTokens(definition.raw) });
  }
  const notes = finisher.notes();
  const noted = numbered.length + defined.length === 0 ? notedSources(notes, isGrowing) : undefined;
  if (noted !== undefined) citeNotes(blocks);
  return { blocks, notes: noted ? [] : notes, sources: noted ?? [...numbered, ...defined] };
}
