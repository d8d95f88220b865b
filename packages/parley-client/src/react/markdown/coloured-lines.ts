import { languages } from './languages.ts';

// Loaded with the first code that names a language: it is as large as the rest of the panel.

type Tree = ReturnType<typeof languages.highlight>;

export interface CodePiece {
  text: string;
  /** The styles have a class `parley-code-…` for each. Without one, it has the colour of the text around it. */
  colour?: string | undefined;
}

/** By the scopes of highlight.js: https://highlightjs.readthedocs.io/en/stable/css-classes-reference.html */
const scopes = {
  comment: ['comment', 'quote'],
  keyword: ['keyword', 'literal', 'selector-tag', 'name', 'doctag', 'meta', 'operator'],
  string: ['string', 'regexp', 'char', 'code', 'link'],
  number: ['number', 'symbol', 'bullet'],
  title: ['title', 'section', 'selector-class', 'selector-id'],
  type: [
    'type',
    'class',
    'built_in',
    'attr',
    'attribute',
    'property',
    'variable',
    'template-variable',
    'selector-attr',
  ],
  addition: ['addition'],
  deletion: ['deletion'],
  // Code within a string.
  text: ['subst'],
};
const colours = new Map(Object.entries(scopes).flatMap(([colour, names]) => names.map((name) => [name, colour])));

/** Lines of code in pieces of one colour each; `undefined` if the language is unknown. */
export function colouredLines(code: string, language: string): CodePiece[][] | undefined {
  if (!languages.registered(language)) return undefined;
  const lines: CodePiece[][] = [[]];
  const add = (node: Tree['children'][number], colour?: string): void => {
    if (node.type === 'text') {
      const [first = '', ...others] = node.value.split('\n');
      if (first !== '') lines.at(-1)?.push({ text: first, colour });
      lines.push(...others.map((text) => (text === '' ? [] : [{ text, colour }])));
    } else if (node.type === 'element') {
      const [scope] = node.properties['className'] as string[];
      const own = colours.get(scope ?? '') ?? colour;
      for (const child of node.children) add(child, own === 'text' ? undefined : own);
    }
  };
  for (const node of languages.highlight(language, code, { prefix: '' }).children) add(node);
  return lines;
}
