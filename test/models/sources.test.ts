import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Source } from '../../shared/conversation/ports/source.ts';
import { eventsOf } from '../upstream/script.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { type Api, deployment } from './deployment.ts';
import { hear } from './hear.ts';

let upstream: ScriptedUpstream;
beforeEach(async () => {
  upstream = await ScriptedUpstream.start();
});
afterEach(() => upstream.stop());

/** What an answer of these events cites. */
async function citedBy(api: Api, ...events: object[]): Promise<Source[] | undefined> {
  upstream.enqueue({ raw: eventsOf(...events, ...(api === 'chat' ? ['[DONE]'] : [])) });
  const { text, ends, thrown } = await hear(deployment(api, upstream));
  expect({ text, thrown }).toEqual({ text: 'Hi', thrown: undefined });
  return ends[0]?.sources;
}

const chunk = (delta: object, more: object = {}, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason }],
  ...more,
});
const stop = (more: object = {}) => chunk({}, more, 'stop');
const citation = (url: unknown, title?: unknown) => ({ url, title, start_index: 0, end_index: 2 });
const annotation = (url: unknown, title?: unknown) => ({ type: 'url_citation', url_citation: citation(url, title) });
const a = 'https://a.example/';
const b = 'https://b.example/';

describe('sources of an answer by chat completions', () => {
  test('are annotations of its deltas, each once', async () => {
    const first = chunk({ content: 'Hi', annotations: [annotation(a, 'A'), annotation(b)] });
    const second = chunk({ annotations: [annotation(a, 'A again'), { type: 'file_citation', file_id: 'x' }] });
    expect(await citedBy('chat', first, second, stop())).toEqual([{ url: a, title: 'A' }, { url: b }]);
  });

  test('are annotations of the message, where that comes whole', async () => {
    const whole = {
      choices: [{ delta: { content: 'Hi' }, message: { annotations: [annotation(a)] }, finish_reason: 'stop' }],
    };
    expect(await citedBy('chat', whole)).toEqual([{ url: a }]);
  });

  test('are search results beside every chunk, by their numbers', async () => {
    const search_results = [
      { title: 'A', url: a, date: '2026-01-01' },
      { title: 'B', url: b },
      { title: 'A', url: a },
    ];
    const chunks = [
      chunk({ content: 'Hi' }, { search_results: search_results.slice(0, 1) }),
      stop({ search_results, citations: [b] }),
    ];
    const sources = [
      { url: a, title: 'A' },
      { url: b, title: 'B' },
      { url: a, title: 'A' },
    ];
    expect(await citedBy('chat', ...chunks)).toEqual(sources);
  });

  test('are citations beside every chunk, up to the first that is no address', async () => {
    const citations = [a, b, 'javascript:alert(1)', a];
    expect(await citedBy('chat', chunk({ content: 'Hi' }, { citations }), stop({ citations }))).toEqual([
      { url: a },
      { url: b },
    ]);
  });

  test('are none where nothing was named', async () => {
    expect(await citedBy('chat', chunk({ content: 'Hi', annotations: [] }, { citations: [] }), stop())).toBeUndefined();
  });
});

describe('sources of an answer by responses', () => {
  const delta = { type: 'response.output_text.delta', delta: 'Hi' };
  const completed = { type: 'response.completed', response: {} };
  const cited = (url: string, title?: string) => ({ type: 'url_citation', ...citation(url, title) });

  test('are annotations as they are added, and those of the message when it is done', async () => {
    const added = { type: 'response.output_text.annotation.added', annotation: cited(a, 'A') };
    const content = [{ type: 'output_text', text: 'Hi', annotations: [cited(a, 'A'), cited(b, 'B')] }, null];
    const done = { type: 'response.output_item.done', item: { type: 'message', content } };
    expect(await citedBy('responses', delta, added, done, completed)).toEqual([
      { url: a, title: 'A' },
      { url: b, title: 'B' },
    ]);
  });

  test('are none of items that are no message', async () => {
    const items = [{ type: 'reasoning', content: null }, null, { type: 'message', content: [{ annotations: 'x' }] }];
    const done = items.map((item) => ({ type: 'response.output_item.done', item }));
    expect(await citedBy('responses', delta, ...done, completed)).toBeUndefined();
  });
});

describe('a source is data within bounds:', () => {
  const cited = async (...annotations: object[]) => citedBy('chat', chunk({ content: 'Hi', annotations }), stop());

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://a.example',
    '/relative',
    'https://',
    '',
    7,
    null,
    undefined,
  ])('none at %j', async (url) => {
    expect(await cited(annotation(url), { type: 'url_citation' })).toBeUndefined();
  });

  test('none of more than 2,048 characters', async () => {
    const long = `${a}${'x'.repeat(2048 - a.length)}`;
    expect(await cited(annotation(long), annotation(`${long}x`), annotation(`${a}${'é'.repeat(1000)}`))).toEqual([
      { url: long },
    ]);
  });

  test('at most 300 characters of its title, whole ones, in one line', async () => {
    const sources = await cited(annotation(a, ` A\n\tb ${'x'.repeat(400)}`), annotation(b, `${'x'.repeat(299)}😀`));
    expect(sources?.[0]?.title).toBe(`A b ${'x'.repeat(296)}`);
    expect(sources?.[1]?.title?.isWellFormed()).toBe(true);
    expect(sources?.[1]?.title).toHaveLength(300);
  });

  test('no title that is none', async () => {
    expect(await cited(annotation(a, '  '), annotation(b, { html: 'x' }))).toEqual([{ url: a }, { url: b }]);
  });

  test('50 of an answer', async () => {
    const many = Array.from({ length: 60 }, (_, place) => `${a}${place}`);
    expect(await cited(...many.map((url) => annotation(url)))).toHaveLength(50);
    expect(await citedBy('chat', chunk({ content: 'Hi' }, { citations: many }), stop())).toHaveLength(50);
  });

  test('written so that it ends neither a tag nor a link', async () => {
    expect(await cited(annotation('https://a.example/"><script>'))).toEqual([
      { url: 'https://a.example/%22%3E%3Cscript%3E' },
    ]);
  });
});
