import fc from 'fast-check';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import type { CodeProps } from '../../packages/parley-client/src/react/index.ts';
import { Markdown } from '../../packages/parley-client/src/react/markdown/Markdown.tsx';
import { type Renderers, RenderersProvider } from '../../packages/parley-client/src/react/renderers.ts';

const render = (text: string, isGrowing = false) => renderToStaticMarkup(createElement(Markdown, { text, isGrowing }));

/** The elements without what all of them have: directions, and how links are opened. */
const elements = (text: string) =>
  render(text).replaceAll(/ (dir="(auto|ltr)"|target="_blank"|rel="noopener noreferrer")/g, '');

describe('what Markdown means', () => {
  test.each([
    [
      'a reference before its definition',
      'See [a][1].\n\n[1]: https://e.com/x',
      '<p>See <a href="https://e.com/x">a</a>.</p>',
    ],
    [
      'a reference by its text alone',
      '[The Book]\n\n[the  book]: <https://e.com> "T"',
      '<p><a href="https://e.com">The Book</a></p>',
    ],
    ['a reference in a list', '- [a][1]\n\n[1]: /a', '<ul><li><a href="/a">a</a></li></ul>'],
    [
      'an address that nothing leads to',
      '[1]: https://e.com "T"',
      '<p>[1]: <a href="https://e.com">https://e.com</a> &quot;T&quot;</p>',
    ],
    ['marks in one another', '**a *b* ~~c~~** `d`', '<p><strong>a <em>b</em> <del>c</del></strong> <code>d</code></p>'],
    ['an open mark', 'a **b', '<p>a **b</p>'],
    ['hard breaks', 'a  \nb\\\nc\nd', '<p>a<br/>b<br/>c\nd</p>'],
    [
      'a nested list',
      '- a\n  - b\n    1. c',
      '<ul><li>a<ul><li>b<ol start="1" class="parley-digits-1"><li>c</li></ol></li></ul></li></ul>',
    ],
    [
      'a list from any number',
      '98. a\n99. b\n100. c',
      '<ol start="98" class="parley-digits-3"><li>a</li><li>b</li><li>c</li></ol>',
    ],
    ['a quote', '> a\n> - b', '<blockquote><p>a</p><ul><li>b</li></ul></blockquote>'],
    ['a rule', 'a\n\n---', '<p>a</p><hr/>'],
    [
      'entities',
      'AT&amp;T &copy; &mdash; &#x27;&#39; &lt;b&gt; &unknown; &',
      '<p>AT&amp;T © — &#x27;&#x27; &lt;b&gt; &amp;unknown; &amp;</p>',
    ],
    ['no entities in code', '`&amp;`', '<p><code>&amp;amp;</code></p>'],
    ['escaped marks', '\\*a\\* \\&amp;', '<p>*a* &amp;amp;</p>'],
    [
      'addresses as they stand',
      '<https://e.com/?a&amp;b> www.e.com, a@e.com',
      '<p><a href="https://e.com/?a&amp;amp;b">https://e.com/?a&amp;amp;b</a> <a href="http://www.e.com">www.e.com</a>, <a href="mailto:a@e.com">a@e.com</a></p>',
    ],
    [
      'a picture',
      '![A *cat*](https://e.com/cat.png) ![](https://e.com/x.png)',
      '<p><a href="https://e.com/cat.png">A cat</a> <a href="https://e.com/x.png">https://e.com/x.png</a></p>',
    ],
    ['a link without a text', '[](https://e.com)', '<p><a href="https://e.com">https://e.com</a></p>'],
    ['HTML in a line', 'a <b onclick="x">b</b>', '<p>a &lt;b onclick=&quot;x&quot;&gt;b&lt;/b&gt;</p>'],
    ['HTML as a block', '<script>\nx\n</script>\n\na', '<p>&lt;script&gt;\nx\n&lt;/script&gt;</p><p>a</p>'],
    [
      'emphasis in Chinese',
      '**重要：**请看**“这里”**的',
      '<p><strong>重要：</strong>请看<strong>“这里”</strong>的</p>',
    ],
    ['emphasis in Japanese', 'これは**「大事」**です', '<p>これは<strong>「大事」</strong>です</p>'],
    ['emphasis in Korean', '**강조(強調)**는', '<p><strong>강조(強調)</strong>는</p>'],
  ])('%s', (_, text, expected) => {
    expect(elements(text)).toBe(expected);
  });

  test('a table keeps pipes in code, and the side of its columns', () => {
    const html = elements('| a | b |\n|:-:|--:|\n| `x \\| y` | **2** |');
    expect(html).toContain('<th class="parley-center">a</th><th class="parley-right">b</th>');
    expect(html).toContain(
      '<td class="parley-center"><code>x | y</code></td><td class="parley-right"><strong>2</strong></td>',
    );
  });

  test('a row with more cells than the header has columns loses none of them', () => {
    expect(elements('| a | b |\n|---|---|\n| 1 | x || y \\| z |')).toContain('<td>1</td><td>x || y | z</td>');
  });

  test('tasks are boxes with names', () => {
    expect(elements('- [x] a\n- [ ] b\n\n  c')).toContain(
      '<li class="parley-task"><p><input type="checkbox" disabled="" aria-label="Completed task" checked=""/>a</p></li>',
    );
  });

  test('headings begin below that of their message and leave no level out, whatever the marks are', () => {
    const levels = [
      ...elements('### a\n\n##### b\n\n# c\n\n## d\n\n###### e').matchAll(/<(h\d) class="(parley-h\d)">/g),
    ];
    expect(levels.map(([, element, look]) => [element, look])).toEqual([
      ['h3', 'parley-h3'],
      ['h4', 'parley-h5'],
      ['h3', 'parley-h1'],
      ['h4', 'parley-h2'],
      ['h5', 'parley-h6'],
    ]);
  });
});

describe('links', () => {
  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java&#115;cript:alert(1)',
    'java&#x73;cript&colon;alert(1)',
    '&#106;avascript&#58;alert(1)',
    '&#1;javascript:alert(1)',
    'java&#9;script:alert(1)',
    'java&#10;script:alert(1)',
    '&#32;javascript:alert(1)',
    'javascript&#58;alert(1)',
    'vbscript:x',
    'data:text/html,x',
    'DATA:text/html;base64,eA==',
    'blob:https://e.com/x',
    'file:///etc/passwd',
    'https://[',
  ])('%s is never one', (address) => {
    const text = `[a](<${address}>) [b][1] ![c](<${address}>) <${address}>\n\n[1]: <${address}>`;
    const places = [...render(text).matchAll(/ href="([^"]*)"/g)].map(([, place = '']) =>
      place.replaceAll('&amp;', '&'),
    );
    for (const place of places) expect(new URL(place, 'https://e.com').protocol).toMatch(/^https?:$/);
    expect(render(`[a](<${address}>)`)).toContain('a');
  });

  test.each(['https://e.com', 'http://e.com', 'mailto:a@e.com', '/a?b#c', 'a/b.md', '#c', '//e.com/x'])(
    '%s is one, which opens elsewhere and tells that place nothing',
    (address) => {
      expect(render(`[a](${address})`)).toContain(
        `<a href="${address}" target="_blank" rel="noopener noreferrer">a</a>`,
      );
    },
  );

  test('no link stands in another', () => {
    const text = '[![A](https://e.com/a.png) **![B](b)** c[^1]](https://e.com) ![d [e](f)](g)\n\n[^1]: Note';
    expect(elements(text)).toContain(
      '<p><a href="https://e.com">A <strong>B</strong> c[^1]</a> <a href="g">d e</a></p>',
    );
  });
});

describe('footnotes', () => {
  const idsOf = (html: string) => [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  const text =
    'One[^a] and two[^B], one again[^a].\n[^b]: Second.\n[^a]: First *note*\ngoes on.\n\n    - and on\n\nThe end.';

  test('are numbered as the text refers to them, and lead there and back', () => {
    const html = render(text);
    const references = [
      ...html.matchAll(/<sup><a id="([^"]*)" href="#([^"]*)" aria-label="([^"]*)">(\d)<\/a><\/sup>/g),
    ];
    expect(references.map(([, , , label, number]) => [label, number])).toEqual([
      ['Footnote 1', '1'],
      ['Footnote 2', '2'],
      ['Footnote 1', '1'],
    ]);
    const [, notes = ''] = html.split('aria-label="Footnotes"');
    for (const [, id, note] of references) {
      expect(notes).toContain(`<li id="${note}"`);
      expect(notes).toContain(`<a href="#${id}" aria-label="Back to reference`);
    }
    expect(notes.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')).toContain(
      'First note goes on. and on ↩ ↩ Second. ↩',
    );
    expect(html.indexOf('The end.')).toBeLessThan(html.indexOf('First'));
  });

  test('have ids that no other answer of the page has', () => {
    const html = renderToStaticMarkup(
      createElement('div', {}, createElement(Markdown, { text }), createElement(Markdown, { text })),
    );
    expect(idsOf(html)).toHaveLength(10);
    expect(new Set(idsOf(html)).size).toBe(10);
  });

  test('that nothing refers to are shown, and references to none are text', () => {
    expect(elements('a[^1]\n\n[^2]: Lost?')).toMatch(/<p>a\[\^1\]<\/p>.*<li.*<p>Lost\?<\/p><\/li>/);
  });

  test('of the same label are one note, in which nothing is lost', () => {
    expect(elements('a[^1]\n\n[^1]: b\n[^1]: c')).toMatch(/<li id="[^"]*" tabindex="-1"><p>b<\/p><p>c<\/p>/);
  });

  test('hold links that are defined elsewhere', () => {
    expect(elements('a[^1]\n\n[^1]: See [b].\n\n[b]: https://e.com')).toContain('<a href="https://e.com">b</a>');
  });
});

describe('code', () => {
  test.each([
    ['is incomplete while its fence is open', 'a\n\n```js\nb', 'b', 'js', false],
    ['is incomplete where a shorter fence ends a line', '````\n```', '```', undefined, false],
    ['is complete once its fence is closed', '```c++\nb\n```', 'b', 'c++', true],
    ['is complete in a list, too', '- a\n  ~~~py x=1\n  b\n\n   c\n  ~~~', 'b\n\n c', 'py', true],
    ['is incomplete while indented', 'a\n\n    b', 'b', undefined, false],
  ])('%s', (_, text, code, language, isComplete) => {
    const given: CodeProps[] = [];
    const collect = (props: CodeProps) => {
      given.push(props);
      return null;
    };
    const show = (isGrowing: boolean) =>
      renderToStaticMarkup(
        createElement(RenderersProvider, { value: { code: collect } }, createElement(Markdown, { text, isGrowing })),
      );
    show(true);
    show(false);
    expect(given).toEqual([
      { code, language, isComplete },
      { code, language, isComplete: true },
    ]);
  });

  test('and links are shown by components of the app, where it has some', () => {
    const value: Renderers = {
      code: ({ code }) => createElement('pre', {}, code),
      link: ({ href, children }) => createElement('a', { href, title: 'mine' }, children),
    };
    const markdown = createElement(Markdown, { text: '[a](b) [c](javascript:d)\n\n```\ne\n```' });
    expect(renderToStaticMarkup(createElement(RenderersProvider, { value }, markdown))).toBe(
      '<p dir="auto"><a href="b" title="mine">a</a> c</p><pre>e</pre>',
    );
  });
});

describe('an answer that grows', () => {
  test('shows no heading for a moment, where a line of dashes has only begun', () => {
    expect(render('Here is\n-', true)).toBe('<p dir="auto">Here is</p>');
    expect(render('Here is\n---', false)).toContain('<h3');
    expect(render('Here is\n- a', true)).toContain('<li');
  });

  /** Words with marks between them, and of these words those that are no labels, but what is read. */
  const marks = [
    ...[' ', '\n', '\n\n', '  \n', '*', '**', '_', '~~', '`', '``', '\\', '\t', '\n    ', '&', '&amp;', ';', '!'],
    ...['\n# ', '\n- ', '\n- [ ] ', '\n1. ', '\n  - ', '\n> ', '\n---\n', '\n===\n', '\n```\n', '\n~~~\n'],
    ...['|', '\n| ', ' | ', '\n|---|---|\n| ', '[', ']', '](', ')', '![', '<', '>', '</', '<!--', 'https://', '@'],
  ];
  const constructs = ['\n\n| x |\n|---|\n| ', '\n\n[^1]: ', '[^1]', '\n\n[1]: https://e.com\n\n', '[1]', '\n\n- [x] '];
  const marked = fc.array(fc.constantFrom(...marks, ...constructs), { minLength: 1, maxLength: 40 });
  const shownBy = (html: string) => html.replaceAll(/<\/?(?!a )[^>]*>/g, '');

  test('loses no word, whatever marks stand between them and wherever it is cut', () => {
    fc.assert(
      fc.property(marked, fc.nat(), (chosen, at) => {
        const words = chosen.map((mark, place) => `${mark}word${place}x`);
        const cut = words.slice(0, 1 + (at % words.length));
        const shown = shownBy(render(cut.join(''), true));
        for (const place of cut.keys()) expect(shown).toContain(`word${place}x`);
      }),
      { numRuns: 2000 },
    );
  });

  const definitions = [
    '[^',
    ']: ',
    '][',
    '\n[^a]: ',
    '[^a]',
    '\n[a]: ',
    '[a]',
    '```',
    '"',
    "'",
    '(',
    '&#x',
    '\r',
    '\0',
    '。',
    '“',
  ];
  const pieces = fc.oneof(
    fc.constantFrom(...marks, ...definitions),
    fc.string({ unit: 'binary', maxLength: 5 }),
    fc.constantFrom(...marks, ...definitions).map((mark) => mark.repeat(50)),
  );

  test('can be any text, cut anywhere', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), fc.nat(), fc.boolean(), (chosen, at, isGrowing) => {
        const text = chosen.join('');
        expect(typeof render(text.slice(0, at % (text.length + 1)), isGrowing)).toBe('string');
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    '>',
    '- ',
    '1. ',
    '*',
    '*a ',
    '_a ',
    '[',
    '![',
    '[a](',
    '[^a]: ',
    '~~',
    '`',
    '|',
    '<',
    '&',
    '\\',
    '# ',
    '    ',
    '**“',
  ])('can be %j ten thousand times', (mark) => {
    expect(render(`${mark.repeat(10_000)}a`)).toContain('a');
    expect(render(`${mark.repeat(2_000)}a${[...mark].reverse().join('').repeat(2_000)}`)).toContain('a');
  });
});
