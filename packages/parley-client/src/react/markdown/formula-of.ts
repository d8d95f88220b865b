import temml from 'temml';
import { type MathElement, mathmlTree } from './mathml-tree.ts';

// Loaded with the first formula: it is twice as large as the rest of Markdown.

const options = {
  throwOnError: true,
  // No links, pictures, classes, ids or data of a model.
  trust: false,
  strict: false,
  /** In em and in pt. */
  maxSize: [20, 240] as [number, number],
};

/** With definitions, a short text can mean one without end. */
const definition = /\\(?:[egx]?def|let|futurelet|global|long|(?:re)?newcommand|providecommand)(?![A-Za-z])/;

/** TeX as MathML; `undefined` for what is not TeX, or is nested too deep. */
export function formulaOf(tex: string, isDisplay: boolean): MathElement | undefined {
  if (definition.test(tex)) return undefined;
  try {
    return mathmlTree(temml.renderToString(tex, { ...options, displayMode: isDisplay }));
  } catch {
    // Of whatever kind: hostile TeX also exhausts the stack.
    return undefined;
  }
}
