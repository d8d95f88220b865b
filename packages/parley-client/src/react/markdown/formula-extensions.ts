import type { Token, Tokens } from 'marked';

export interface FormulaToken extends Tokens.Generic {
  type: 'formula';
  tex: string;
  /** On a line of its own. */
  isDisplay: boolean;
}

/** Longer ones, in characters, are text: reading one takes time. */
const LONGEST = 5000;

// A formula holds no code and no other opening of its kind; a backslash and what it escapes belong together.
const notCode = String.raw`[^\\${'`'}`;
const inDollars = String.raw`((?:\\[^]|${notCode}$]|\$(?!\$)){1,${LONGEST}})`;
const inSquares = String.raw`((?:\\(?![[\]])[^]|${notCode}]){1,${LONGEST}})`;
const inRounds = String.raw`((?:\\(?![()])[^]|${notCode}]){1,${LONGEST}})`;
const display = String.raw`(?:\$\$${inDollars}\$\$|\\\[${inSquares}\\\])`;
const rounds = String.raw`\\\(${inRounds}\\\)`;
/** Before a letter or a digit, the second sign begins a name or an amount; `$n$th` and `$x$s` are in use. */
const dollars = String.raw`\$(?!\s)((?:\\[^\n]|${notCode}$\n]){1,${LONGEST}})(?<!\s)\$(?![\d$]|(?!(?:th|s)\b)[A-Za-z])`;

const onItsLines = new RegExp(String.raw`^ {0,3}${display}[ \t]*(?:\n+|$)`);
const openOnItsLines = /^ {0,3}(?:\$\$|\\\[)/;
const nextLines = /\n(?= {0,3}(?:\$\$|\\\[))/g;
const inText = new RegExp(`^(?:${display}|${rounds})`);
const inDollarSigns = new RegExp(`^${dollars}`);
const anywhere = new RegExp(`${display}|${rounds}|${dollars}`, 'g');

const manySigns = /^\${3,}/;
const blankLine = /\n[ \t]*\n/;
const price = /^[\d.,]+[kKmMbB]?\s+[A-Za-z]{3,}/;
/** Brackets that were escaped, so that they are none of Markdown. */
const citation = /^\\\[[\s\d,–-]*\\\]/;

/**
 * Formulas in TeX, between `$`, `$$`, `\(` and `\)`, or `\[` and `\]`, for one text.
 *
 * @param growing the text, where more of it is to come: a formula that is open on lines of its own is text as it stands
 * @param previous the character before what is read next, within its line
 */
export function formulaExtensions(growing: string | undefined, previous: (source: string) => string) {
  /** Of what is read: marked leaves it out where it asks for what comes next. */
  let first = '';

  function ownLines(source: string, before: Token[]): Token | undefined {
    first = source.charAt(0);
    return atItsBeginning(source, before);
  }

  function atItsBeginning(source: string, before: Token[] = []): Token | undefined {
    if (!openOnItsLines.test(source)) return undefined;
    const token = formulaOf(onItsLines.exec(source), true) ?? openFormula(source);
    const last = before.at(-1);
    // Of an item of a list, the lines come one by one.
    return token && last?.type === 'text' && isOpenIn(last.raw) ? undefined : token;
  }

  function openFormula(source: string): Token | undefined {
    if (growing === undefined || source.length > LONGEST) return undefined;
    const isOpen = isLast(source) && !blankLine.test(source) && !inText.test(source.trimStart());
    const text: Tokens.Escape = { type: 'escape', raw: source, text: source };
    return isOpen ? { type: 'paragraph', raw: source, text: source, tokens: [text] } : undefined;
  }

  /** Whether a part of the text is its end, as far as its last line tells. */
  function isLast(source: string): boolean {
    const end = source.trimEnd();
    return growing?.trimEnd().endsWith(end.slice(end.lastIndexOf('\n') + 1).trimStart()) ?? false;
  }

  /** Where a formula ends a paragraph. */
  function findOwnLines(source: string): number {
    const [paragraph = ''] = source.slice(0, LONGEST).split(blankLine, 1);
    for (const { index } of paragraph.matchAll(nextLines)) {
      if (!isOpenIn(first + paragraph.slice(0, index)) && atItsBeginning(source.slice(index + 1))) return index;
    }
    return -1;
  }

  function withinText(source: string): Token | undefined {
    const [signs] = manySigns.exec(source) ?? [];
    if (signs !== undefined) return { type: 'text', raw: signs, text: signs };
    if (source.startsWith('\\') || source.startsWith('$$')) {
      return formulaOf(inText.exec(source), !source.startsWith('\\('));
    }
    if (!source.startsWith('$') || /[\dA-Za-z$]/.test(previous(source))) return undefined;
    const found = inDollarSigns.exec(source);
    if (found === null || price.test(found[1] ?? '')) return undefined;
    return formulaOf(found, false);
  }

  return { block: [ownLines], startBlock: [findOwnLines], inline: [withinText] };
}

/** A text in which marked looks for emphasis, with letters in place of formulas: their stars and underscores are none. */
export function maskFormulas(text: string, masked: string): string {
  if (!text.includes('$') && !text.includes('\\')) return masked;
  const parts: string[] = [];
  let from = 0;
  for (const { 0: formula, index } of text.matchAll(anywhere)) {
    parts.push(masked.slice(from, index), 'a'.repeat(formula.length));
    from = index + formula.length;
  }
  return parts.join('') + masked.slice(from);
}

function formulaOf(found: RegExpExecArray | null, isDisplay: boolean): FormulaToken | undefined {
  const [raw, ...either] = found ?? [];
  const tex = either.find((each) => each !== undefined)?.trim() ?? '';
  if (raw === undefined || tex === '' || blankLine.test(tex) || citation.test(raw.trimStart())) return undefined;
  return { type: 'formula', raw, tex, isDisplay };
}

/** Whether a formula has begun in a text, and ends behind it. */
function isOpenIn(text: string): boolean {
  return text.split('$$').length % 2 === 0;
}
