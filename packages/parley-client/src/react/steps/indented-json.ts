/** Of objects and lists in one another: the indents of more would be longer than what is in them. */
const DEEPEST = 32;
const tokens = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s"[\]{},:]+/g;

/**
 * An object or a list with a line for each of its values, each of which is written as it was: `JSON.parse` would round
 * numbers.
 *
 * @returns nothing where the text is none
 */
export function indentedJson(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text) || !isJson(text)) return undefined;
  const lines: string[] = [''];
  let depth = 0;
  const begin = (line: string) => lines.push('  '.repeat(depth) + line);
  const add = (more: string) => lines.push(lines.pop() + more);
  let before = '';
  for (const [token] of text.matchAll(tokens)) {
    if (token === '}' || token === ']') {
      depth -= 1;
      // Nothing is in it.
      if (before === '{' || before === '[') add(token);
      else begin(token);
    } else {
      if (before === '{' || before === '[' || before === ',') begin(token);
      else add(token);
      if (token === ':') add(' ');
      if (token === '{' || token === '[') depth += 1;
      if (depth > DEEPEST) return undefined;
    }
    before = token;
  }
  return lines.join('\n');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
