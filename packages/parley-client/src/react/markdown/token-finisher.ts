import { type MarkedToken, type Token, type Tokens, walkTokens } from 'marked';
import { decodeEntities } from './decode-entities.ts';
import type { FootnoteDefinition, FootnoteReference } from './footnote-extensions.ts';
import { Outline } from './outline.ts';
import type { SourceMark } from './source-extensions.ts';

export interface Note {
  number: number;
  /** The number of references to it. */
  references: number;
  tokens: Token[];
}

/** A heading with its level in the page's outline. */
export type OutlinedHeading = Tokens.Heading & { level: number };

type AnswerToken = MarkedToken | FootnoteDefinition | FootnoteReference | SourceMark;

/** Completes the tokens of a text, given to it in the order of the text: numbers, levels, and entities as characters. */
export class TokenFinisher {
  readonly #outline = new Outline();
  readonly #notes = new Map<string, Note>();
  readonly #linked = new Set<string>();
  /** Of addresses. */
  readonly definitions: Tokens.Def[] = [];
  hasMarks = false;
  #numbered = 0;

  finish(token: AnswerToken): void {
    switch (token.type) {
      case 'text':
        token.text = decodeEntities(token.text);
        break;
      case 'code':
        token.lang = decodeEntities(token.lang ?? '');
        break;
      case 'heading':
        Object.assign(token, { level: this.#outline.levelOf(token.depth) });
        break;
      case 'def':
        this.definitions.push(token);
        break;
      case 'link':
        this.#linked.add(token.href);
        walkTokens(token.tokens, (inner) => unlink(inner as AnswerToken));
        // A bare address contains no entities.
        if (!token.autolink) token.href = decodeEntities(token.href);
        break;
      case 'image':
        this.#linked.add(token.href);
        Object.assign(token, { text: decodeEntities(plainText(token.tokens)), tokens: [] });
        token.href = decodeEntities(token.href);
        break;
      case 'sourceMark':
        this.hasMarks = true;
        break;
      case 'footnoteReference': {
        const note = this.#noteOf(token.label);
        note.references += 1;
        note.number ||= this.#nextNumber();
        Object.assign(token, { number: note.number, occurrence: note.references });
        break;
      }
      case 'footnoteDefinition':
        this.#noteOf(token.label).tokens.push(...token.tokens);
    }
  }

  /** In the order of their first references; notes without one come last. */
  notes(): Note[] {
    for (const note of this.#notes.values()) note.number ||= this.#nextNumber();
    return [...this.#notes.values()].sort((a, b) => a.number - b.number);
  }

  /** Definitions of addresses that no link leads to: their text would be lost. */
  unusedDefinitions(): Tokens.Def[] {
    return this.definitions.filter(({ href }) => !this.#linked.has(href));
  }

  #noteOf(label: string): Note {
    const note = this.#notes.get(label) ?? { number: 0, references: 0, tokens: [] };
    this.#notes.set(label, note);
    return note;
  }

  #nextNumber(): number {
    this.#numbered += 1;
    return this.#numbered;
  }
}

/** A link cannot contain another. */
function unlink(token: AnswerToken): void {
  if (token.type === 'link' || token.type === 'image') {
    Object.assign(token, { type: 'text', text: plainText(token.tokens), tokens: [] });
  } else if (token.type === 'footnoteReference' || token.type === 'sourceMark') {
    Object.assign(token, { type: 'text', text: token.raw });
  }
}

function plainText(tokens: Token[]): string {
  return tokens
    .map((token) => ('tokens' in token && token.tokens ? plainText(token.tokens) : 'text' in token ? token.text : ''))
    .join('');
}
