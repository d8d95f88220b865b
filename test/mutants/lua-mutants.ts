/** A change to a script that some test should notice. Positions are offsets in the source. */
export interface LuaMutant {
  operator: string;
  from: number;
  to: number;
  replacement: string;
}

interface Token {
  text: string;
  kind: 'name' | 'number' | 'string' | 'sign';
  from: number;
  to: number;
}

/** What each token is changed into. Numbers are in `nextNumber`. */
const swaps: Record<string, string> = {
  ...{ '==': '~=', '~=': '==', '<': '<=', '<=': '<', '>': '>=', '>=': '>' },
  ...{ and: 'or', or: 'and', not: '', true: 'false', false: 'true' },
  ...{ '+': '-', '-': '+', '*': '/', '/': '*' },
  ...{ floor: 'ceil', ceil: 'floor', min: 'max', max: 'min' },
};

/** After these an expression follows, so that a call there is no statement. */
const expecting = new Set(
  '= ( { [ , .. + - * / % == ~= < <= > >= # and or not if elseif while until return in . : function local for'.split(
    ' ',
  ),
);

/** Names that are no names of functions. */
const keywords = new Set(
  'and break do else elseif end for function if in local not or repeat return then until while'.split(' '),
);

/** Every mutant of a script: changed signs and numbers, conditions that are always so, calls and results that are gone. */
export function luaMutants(source: string): LuaMutant[] {
  const tokens = tokensOf(source);
  return tokens.flatMap((token, at) => [...changed(token, at, tokens), ...decided(at, tokens), ...removed(at, tokens)]);
}

function tokensOf(source: string): Token[] {
  const pattern =
    /--[^\n]*|(?<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<number>\d+(?:\.\d+)?)|(?<name>[A-Za-z_]\w*)|(?<sign>\.\.\.?|[=~<>]=|\S)/g;
  return [...source.matchAll(pattern)].flatMap(({ 0: text, index: from, groups = {} }) => {
    const kind = (['string', 'number', 'name', 'sign'] as const).find((each) => groups[each] !== undefined);
    return kind === undefined ? [] : [{ text, kind, from, to: from + text.length }];
  });
}

function changed({ text, kind, from, to }: Token, at: number, tokens: Token[]): LuaMutant[] {
  if (kind === 'number') return [{ operator: 'number', from, to, replacement: nextNumber(Number(text)) }];
  const isSign = text === '-' && expecting.has(tokens[at - 1]?.text ?? '');
  const replacement = kind === 'string' || isSign ? undefined : swaps[text];
  return replacement === undefined ? [] : [{ operator: 'sign', from, to, replacement }];
}

/** A count or an index becomes the next one; a time or a factor is doubled, as one more would be the same to anybody. */
function nextNumber(number: number): string {
  return String(number < 100 ? number + 1 : number * 2);
}

/** `if` and `elseif` with a condition that always holds, and with one that never does. */
function decided(at: number, tokens: Token[]): LuaMutant[] {
  if (!['if', 'elseif'].includes(tokens[at]?.text ?? '')) return [];
  const then = tokens.findIndex(({ text }, position) => position > at && text === 'then');
  const [from, to] = [tokens[at + 1]?.from ?? 0, tokens[then - 1]?.to ?? 0];
  return ['true', 'false'].map((replacement) => ({ operator: 'condition', from, to, replacement }));
}

/** A call whose result nobody takes, and what a `return` returns. */
function removed(at: number, tokens: Token[]): LuaMutant[] {
  const [token, before] = [tokens[at], tokens[at - 1]?.text ?? ''];
  if (token?.text === 'return') {
    const last = endOf(at + 1, tokens);
    const hasValue = !['end', 'nil', undefined].includes(tokens[at + 1]?.text);
    return hasValue ? [{ operator: 'result', from: token.to, to: last, replacement: ' nil' }] : [];
  }
  if (token?.kind !== 'name' || keywords.has(token.text) || expecting.has(before)) return [];
  let open = at + 1;
  while (tokens[open]?.text === '.') open += 2;
  if (tokens[open]?.text !== '(') return [];
  return [{ operator: 'call', from: token.from, to: closeOf(open, tokens), replacement: '' }];
}

/** Where the bracket that opens there is closed. */
function closeOf(open: number, tokens: Token[]): number {
  let depth = 0;
  for (const { text, to } of tokens.slice(open)) {
    if ('([{'.includes(text)) depth += 1;
    if (')]}'.includes(text)) depth -= 1;
    if (depth === 0) return to;
  }
  throw new Error('a bracket is not closed');
}

/** Where the values of a `return` end: before the `end` or `else` of its block, as Lua has nothing behind it. */
function endOf(first: number, tokens: Token[]): number {
  let depth = 0;
  for (const [offset, { text }] of tokens.slice(first).entries()) {
    if (text === 'function') depth += 1;
    if (['end', 'else', 'elseif'].includes(text) && depth === 0) return tokens[first + offset - 1]?.to ?? 0;
    if (text === 'end') depth -= 1;
  }
  return tokens.at(-1)?.to ?? 0;
}
