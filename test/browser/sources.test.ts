import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import type { Source } from '../../packages/parley-client/src/index.ts';
import { Markdown } from '../../packages/parley-client/src/react/markdown/Markdown.tsx';
import { markdownOf } from '../../packages/parley-client/src/react/markdown-of.ts';

const given: Source[] = [{ url: 'https://www.a.example/x', title: 'A "title"' }, { url: 'http://b.example/y/' }];

function show(text: string, sources?: Source[], isGrowing = false) {
  const html = renderToStaticMarkup(createElement(Markdown, { text, sources, isGrowing }));
  const [answer = '', list = ''] = html.split('<section class="parley-sources"');
  const marks = [
    ...answer.matchAll(/<sup class="parley-mark"><a href="#([^"]*)" aria-label="([^"]*)">(\d+)<\/a><\/sup>/g),
  ];
  return {
    html,
    list,
    marks: marks.map(([, , label, number]) => [number, label]),
    targets: marks.map(([, target]) => target),
    items: [...list.matchAll(/<li id="([^"]*)"[^>]* value="(\d+)"[^>]*>(.*?)<\/li>/g)].map(
      ([, id, number, item = '']) => ({
        id,
        number,
        href: / href="([^"]*)"/.exec(item)?.[1],
        text: item.replaceAll(/<[^>]*>/g, ''),
      }),
    ),
    text: answer.replaceAll(/<[^>]*>/g, ''),
  };
}

describe('sources that came with an answer', () => {
  test('are listed under it, by title and host, and opened elsewhere', () => {
    const { items, list } = show('Known.', given);
    expect(items.map(({ number, href, text }) => [number, href, text])).toEqual([
      ['1', 'https://www.a.example/x', 'A &quot;title&quot; a.example'],
      ['2', 'http://b.example/y/', 'b.example/y'],
    ]);
    expect(list.match(/target="_blank" rel="noopener noreferrer"/g)).toHaveLength(2);
    expect(list).toContain('>Sources</h3>');
  });

  test.each([
    ['[1]', 'a[1]', ['1']],
    ['[1][2]', 'a[1][2]', ['1', '2']],
    ['[1, 2]', 'a [1, 2].', ['1', '2']],
    ['[1,2]', 'a [1,2].', ['1', '2']],
    ['【1】', 'a【1】【2†source】', ['1', '2']],
    ['[^1]', 'a[^1]', ['1']],
    ['in emphasis, lists and tables', '**a[1]**\n\n- b[2]\n\n| c[1] |\n|---|\n| d[2] |', ['1', '2', '1', '2']],
  ])('have marks such as %s', (_, text, numbers) => {
    const { marks, targets, items } = show(text, given);
    expect(marks.map(([number]) => number)).toEqual(numbers);
    for (const [number, label] of marks) {
      expect(label).toBe(number === '1' ? 'Source 1: A &quot;title&quot;' : 'Source 2: b.example/y');
    }
    for (const target of targets) expect(items.map(({ id }) => id)).toContain(target);
  });

  test.each([
    ['numbers of none', 'a [3] [0] [1, 3] 【7】', 'a [3] [0] [1, 3] 【7】'],
    ['links', '[1](https://e.com)', '1'],
    ['names of links', '[1][a]\n\n[a]: https://e.com', '1'],
    ['code', '`a[1]`', 'a[1]'],
    ['links with a number in them', '[see [1]](https://e.com)', 'see [1]'],
  ])('have no marks in %s', (_, text, shown) => {
    expect(show(text, given)).toMatchObject({ marks: [], text: shown });
  });
});

describe('sources that a text defines', () => {
  const text =
    'First[1], then [2].\n\n[1]: https://a.example/x "A title"\n[2]: <https://b.example>\n[3]: https://c.example';

  test('are listed under their numbers, and not as text', () => {
    const { items, marks, text: shown } = show(text);
    expect(marks).toEqual([
      ['1', 'Source 1: A title'],
      ['2', 'Source 2: b.example'],
    ]);
    expect(items.map(({ number, text: item }) => [number, item])).toEqual([
      ['1', 'A title a.example'],
      ['2', 'b.example'],
      ['3', 'c.example'],
    ]);
    expect(shown).not.toContain('https://');
  });

  test('are none where no mark refers to them', () => {
    const { list, html } = show('See [the book][1].\n\n[1]: https://a.example\n[2]: https://b.example');
    expect(list).toBe('');
    expect(html).toContain('<a href="https://a.example" target="_blank" rel="noopener noreferrer">the book</a>');
    expect(html).toContain('[2]: ');
  });

  test.each(['javascript:alert(1)', 'data:text/html,x', 'mailto:a@b.example', '/relative'])(
    'are none at %s',
    (address) => {
      expect(show(`a[1]\n\n[1]: ${address}`)).toMatchObject({ marks: [], list: '' });
    },
  );

  test('are footnotes, where each is one link', () => {
    const { items, marks, html } = show(
      'A[^a] and b[^b].\n\n[^a]: [A title](https://a.example/x)\n[^b]: https://b.example',
    );
    expect(marks.map(([number, label]) => [number, label])).toEqual([
      ['1', 'Source 1: A title'],
      ['2', 'Source 2: b.example'],
    ]);
    expect(items.map(({ text: item }) => item)).toEqual(['A title a.example', 'b.example']);
    expect(html).not.toContain('Footnotes');
  });

  test('are footnotes still, where one of them says more', () => {
    const { list, html } = show('A[^a] and b[^b].\n\n[^a]: https://a.example\n[^b]: See https://b.example');
    expect(list).toBe('');
    expect(html).toContain('Footnotes');
  });

  test('stay sources while the next one is written', () => {
    const whole = 'A[^a] and b[^b].\n\n[^a]: https://a.example\n[^b]: https://b.example';
    const from = whole.indexOf('\n[^b]:');
    for (let end = from; end <= whole.length; end += 1) {
      expect(show(whole.slice(0, end), undefined, true).html).not.toContain('Footnotes');
    }
  });
});

test('without sources a number in brackets is text', () => {
  expect(show('a[1] 【1】 [1, 2]')).toMatchObject({ marks: [], list: '', text: 'a[1] 【1】 [1, 2]' });
});

describe('an answer as Markdown', () => {
  const message = { key: 'a', role: 'assistant', content: 'So[1][2].' } as const;

  test('defines the sources that came with it', () => {
    const copied = markdownOf({ ...message, sources: given });
    expect(copied).toBe('So[1][2].\n\n[1]: <https://www.a.example/x> "A \\"title\\""\n[2]: <http://b.example/y/>');
    expect(show(copied).items).toEqual(show(message.content, given).items);
  });

  test('is what the model wrote, where none came, and without its reasoning', () => {
    expect(markdownOf({ ...message, content: '<think>\nHm.\n</think>\n\nSo [1].' })).toBe('So [1].');
  });
});
