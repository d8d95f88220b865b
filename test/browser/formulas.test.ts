import fc from 'fast-check';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { formulaOf } from '../../packages/parley-client/src/react/markdown/formula-of.ts';
import { Markdown } from '../../packages/parley-client/src/react/markdown/Markdown.tsx';
import type { MathElement } from '../../packages/parley-client/src/react/markdown/mathml-tree.ts';
import { parseMarkdown } from '../../packages/parley-client/src/react/markdown/parse-markdown.ts';
import { cpuMs } from '../cpu-ms.ts';

/** The TeX of a text's formulas; of those on lines of their own between `[` and `]`. */
function formulasIn(text: string, isGrowing = false): string[] {
  const found: string[] = [];
  // As JSON the tokens are walked in their order, wherever they are.
  JSON.stringify(parseMarkdown(text, { isGrowing }).blocks, (_, token) => {
    if (token?.type === 'formula') found.push(token.isDisplay ? `[${token.tex}]` : token.tex);
    return token;
  });
  return found;
}

const render = (text: string, isGrowing = false) => renderToStaticMarkup(createElement(Markdown, { text, isGrowing }));

describe('a formula', () => {
  test.each([
    ['in dollars', 'Let $x$ be $y_1^2$.', ['x', 'y_1^2']],
    ['in round brackets', 'Let \\(x\\) be \\(f(y)\\), or (\\(z\\)).', ['x', 'f(y)', 'z']],
    ['in double dollars', '$$\nx = 1\n$$', ['[x = 1]']],
    ['in square brackets', 'So\n\\[\nx = 1\n\\]\nholds.', ['[x = 1]']],
    ['on a line with others', 'So $$x$$ and \\[y\\] hold.', ['[x]', '[y]']],
    ['that ends on a line with others', 'So $$\nx\n$$ holds\n$$\ny\n$$', ['[x]', '[y]']],
    ['whose lines begin as lists do', '$$\na\n- b\n+ c\n= d\n===\n$$', ['[a\n- b\n+ c\n= d\n===]']],
    ['with line breaks and their room', '\\[\na \\\\[2pt] b \\\\\nc\n\\]', ['[a \\\\[2pt] b \\\\\nc]']],
    ['with a formula in its text', '$$x \\text{ if $y$}$$', ['[x \\text{ if $y$}]']],
    ['with a dollar sign', '$\\$5 + x$', ['\\$5 + x']],
    ['with what would be emphasis', '*where $x^*$ and \\(a_{1}*b*\\) hold*', ['x^*', 'a_{1}*b*']],
    ['with what would be a link', '$f[a](b)$', ['f[a](b)']],
    ['with what would be HTML', '$a<b>c$', ['a<b>c']],
    ['in emphasis', '**Theorem $a*b*c$** _for \\(x_{1}\\)_', ['a*b*c', 'x_{1}']],
    ['in a list', '1. a\n   $$\n   x\n   $$\n2. $y$\n   \\[z\\]', ['[x]', 'y', '[z]']],
    ['in a quote', '> $$\n> x\n> $$', ['[x]']],
    ['in a table', '| a | b |\n|---|---|\n| $x$ | \\(y\\) |', ['x', 'y']],
    ['in a heading', '# On $x$', ['x']],
    ['in a link', '[the $x$ axis](https://e.com)', ['x']],
    ['next to Chinese', '函数$f(x)$的值', ['f(x)']],
    ['before the ending of a word', 'the $n$th of the $x$s, $x$-axis', ['n', 'x', 'x']],
    ['of one number', '$5$ and $-1$', ['5', '-1']],
  ])('is found %s', (_, text, expected) => {
    expect(formulasIn(text)).toEqual(expected);
  });

  test.each([
    ['prices', 'It costs $5 and $6, or $5/$6, US$5-US$6, $5,$6; **$7** or **$8**.'],
    ['amounts with words', 'from $5 million to 6$, $3k per year and 4$'],
    ['names in a shell', 'Set $HOME/$PATH and $A:$B'],
    ['code', '`$x$` and `\\(y\\)` or `a $` b $ c `$`'],
    ['blocks of code', '```\n$$\nx\n$$\n\\[y\\]\n```\n\n    $z$\n'],
    ['escaped signs', '\\$x\\$ and \\\\(y\\\\)'],
    ['signs with spaces', 'a $ b $ c, $ d$, $e $'],
    ['two lines', 'a $x\ny$ b'],
    ['nothing at all', '\\( \\) and \\[\\] and $$ $$'],
    ['two paragraphs', '$$\nx\n\ny\n$$'],
    ['escaped citations', 'known \\[1\\], \\[2, 3\\]'],
    ['what never ends', '$$\nx\n\nThen \\(y and $z'],
    ['more than anybody reads', `$$${'x'.repeat(5001)}$$`],
  ])('is not made of %s', (_, text) => {
    expect(formulasIn(text)).toEqual([]);
  });

  test('is its TeX, as code, where it cannot be drawn', () => {
    expect(render('a $x^2$')).toBe('<p dir="auto">a <code dir="ltr">$x^2$</code></p>');
    expect(render('$$\nx\n$$')).toBe('<p><code dir="ltr">$$\nx\n$$</code></p>');
  });
});

describe('while the answer grows, a formula', () => {
  test('that is open is text as it stands, with nothing of Markdown in it', () => {
    expect(render('So:\n\\[\na_1 *b* c\n- d', true)).toBe('<p dir="auto">So:</p><p dir="auto">\\[\na_1 *b* c\n- d</p>');
    expect(render('So:\n$$\na *b*\n\nAnd', true)).toContain('<em>b</em>');
    expect(render('So $x_1 + y', true)).toBe('<p dir="auto">So $x_1 + y</p>');
  });

  test('is not seen in an amount that is about to follow', () => {
    expect(formulasIn('for $5-$', true)).toEqual([]);
    expect(formulasIn('for $5-$6', true)).toEqual([]);
    expect(formulasIn('for $5-$ ', true)).toEqual(['5-']);
    expect(formulasIn('for **$x$** and $y$.', true)).toEqual(['x', 'y']);
  });

  const pieces = fc.constantFrom(
    ...[
      '$',
      '$$',
      '\\(',
      '\\)',
      '\\[',
      '\\]',
      '\\',
      'x',
      ' ',
      '5',
      '*',
      '_',
      '`',
      '\n',
      '\n\n',
      '{',
      '}',
      '^2',
      '\n- ',
    ],
    ...['$x$', '$$\ny\n$$', '\\(z\\)', '\n\\[\nv\n\\]\n', ' and $6', '\n> ', '\n1. ', '。'],
  );
  const texts = fc.array(pieces, { minLength: 1, maxLength: 25 }).map((chosen) => chosen.join(''));

  const written = fc.constantFrom(
    ...[' $x$', ' $$y$$', '\n$$\ny\n- z\n$$\n', '\\(z\\)', '\n\\[\nv\n+ w\n\\]\n', '\n> $q$\n', '\n- $r$\n'],
    ...[' and $6', ' $5-$7 ', ' US$8', ' word ', '\n\n', '\n', ', ', '。', '(', ')', '-th', ' a \\( ', ' b \\[ '],
  );

  test('stays one: what was shown as a formula never becomes text again', () => {
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 12 }), (chosen) => {
        const text = chosen.join('');
        let before: string[] = [];
        for (let end = 1; end <= text.length; end += 1) {
          const now = formulasIn(text.slice(0, end), true);
          expect(now.slice(0, before.length)).toEqual(before);
          before = now;
        }
      }),
      { numRuns: 500 },
    );
  });

  test('is what it is in the whole text, however it came', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const whole = formulasIn(`${text}\n\nThe end.`);
        expect(formulasIn(`${text}\n\nThe end.`, true)).toEqual(whole);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('hostile texts', () => {
  test.each([
    '$',
    '$$',
    '$$\n',
    '\\(',
    '\\[',
    '\\[\n',
    '$x',
    '$$x',
    '\\(x',
    '\\[x',
    '$x$',
    '\\(x\\)',
    '$$\nx\n$$\n',
    '【1',
    '[1]',
  ])('of 8,000 %j take less than three seconds', async (mark) => {
    const text = mark.repeat(8000);
    const parse = () => {
      parseMarkdown(text, { isGrowing: true, sources: [{ url: 'https://e.com' }] });
      parseMarkdown(text);
    };
    expect(await cpuMs(parse)).toBeLessThan(3000);
  });

  test.each([
    ['nested deep', '{'.repeat(2400) + '}'.repeat(2400)],
    ['nested roots', '\\sqrt{'.repeat(600) + '}'.repeat(600)],
    ['text in formulas in text', '\\text{$'.repeat(500) + '$}'.repeat(500)],
    ['definitions without end', '\\def\\a{\\a\\a}\\a'],
    [
      'definitions that multiply',
      '\\def\\a{xxxxxxxxxx}\\def\\b{\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a}\\def\\c{\\b\\b\\b\\b\\b\\b\\b\\b}\\c\\c\\c\\c\\c',
    ],
    ['nothing TeX knows', '\\nothing'],
    ['links', '\\href{javascript:alert(1)}{x}'],
    ['pictures', '\\includegraphics{https://e.com/x.png}'],
    ['styles', '\\htmlStyle{position:fixed}{x}'],
    ['ids and classes', '\\id{page}{x}\\class{parley-panel}{x}'],
    ['colours that load', '\\color{url(https://e.com)}{x}'],
  ])('are no formula: %s', async (_, tex) => {
    expect(await cpuMs(() => expect(formulaOf(tex, true)).toBeUndefined())).toBeLessThan(1000);
  });

  test('that are formulas hold nothing but MathML, in sizes that fit', () => {
    const all: MathElement[] = [];
    const collect = (element: MathElement): void => {
      all.push(element);
      for (const child of element.children) if (typeof child !== 'string') collect(child);
    };
    const tex = [
      '\\text{<img src=x onerror=alert(1)>}',
      '\\rule{1e9em}{1e9em}',
      '\\llap{x}',
      '\\begin{align}a&=b\\end{align}',
    ];
    for (const each of tex) collect(formulaOf(each, true) as MathElement);
    expect(all.map(({ name }) => name)).not.toContain('img');
    expect(all.flatMap(({ children }) => children).join('')).toContain('<img\u00a0src=x\u00a0onerror=alert(1)>');
    expect(all.map(({ style }) => style['position'])).not.toContain('absolute');
    for (const { attributes } of all) {
      expect(Number.parseFloat(attributes['width'] ?? '0')).toBeLessThan(300);
      expect(Object.keys(attributes)).not.toContain('style');
    }
  });
});
