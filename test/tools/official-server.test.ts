import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { ownClock, ownMs } from '../own-clock.ts';
import { call, connected, contextOf, somebody, toolOf } from './connected.ts';
import { OfficialServer } from './official-server.ts';

ownClock();

describe.each(['2026', '2025'] as const)(
  'a server of the official library that speaks the protocol of %s',
  (protocol) => {
    let official: OfficialServer;
    beforeAll(async () => {
      official = await OfficialServer.start(protocol);
    });
    afterAll(() => official.stop());

    test('has its tools offered, in the order of their names', async () => {
      const { server, lines } = connected(official.url);
      const tools = await server.tools(somebody);
      expect(tools.map(({ name }) => name)).toEqual(
        ['crash', 'fail', 'report', 'search', 'total', 'wait'].map((name) => `orders/${name}`),
      );
      expect(tools.find(({ name }) => name === 'orders/search')?.offered).toMatchObject({
        name: 'orders__search',
        description: 'Finds orders.',
        parameters: { type: 'object', properties: { text: { type: 'string', minLength: 2 } }, required: ['text'] },
      });
      expect(lines).toEqual([]);
    });

    test('is called with its arguments and the key, and its text is the result', async () => {
      const { server } = connected(official.url);
      expect(await call(server, 'search', { text: 'shoes' }, { idempotencyKey: 'turn-7/2' })).toEqual({
        status: 'ok',
        text: 'Nothing is called shoes.',
      });
      expect(official.calls.at(-1)).toEqual({ name: 'search', input: { text: 'shoes' }, key: 'turn-7/2' });
    });

    test.each([
      ['{"text":"x"}', 'text'],
      ['{"most":1.5,"text":"xx"}', 'most'],
      ['{', 'not valid JSON'],
      ['[]', 'a JSON object'],
      ['', 'text'],
    ])('is not called with arguments that do not fit: %s', async (written, problem) => {
      const { server } = connected(official.url);
      const { problem: told, input } = (await toolOf(server, 'search')).check(written);
      expect(told).toContain(problem);
      expect(input).toBeUndefined();
    });

    test('tells of an error as a result', async () => {
      const { server } = connected(official.url);
      expect(await call(server, 'fail')).toMatchObject({ status: 'error', text: 'The warehouse is closed.' });
      expect(await call(server, 'crash')).toMatchObject({
        status: 'error',
        text: expect.stringContaining('out of paper'),
      });
    });

    test('refuses arguments that got past the check, as a result', async () => {
      const { server } = connected(official.url);
      expect(await call(server, 'search', { text: 1 })).toMatchObject({ status: 'error' });
    });

    test('has its structured result told as JSON where there is no text', async () => {
      const { server } = connected(official.url);
      expect(await call(server, 'total')).toMatchObject({ status: 'ok', text: '{"euros":12}' });
    });

    test('has its pictures named, its links as sources, and only those that can be followed', async () => {
      const { server } = connected(official.url);
      const { text, sources } = await call(server, 'report');
      expect(text).toBe(
        [
          'Two pages.',
          '[image: image/png]',
          '[resource: The report, https://example.com/report]',
          '[resource: trap, javascript:alert(1)]',
          'Page one.',
          '[resource: file:///secret]',
        ].join('\n\n'),
      );
      expect(sources).toEqual([
        { url: 'https://example.com/report', title: 'The report' },
        { url: 'https://example.com/page' },
      ]);
    });

    test('is not believed what it says of its tools; what the file says holds', async () => {
      const { server } = connected(official.url, {
        tools: { search: { readOnly: true, approve: true, show_results: true }, fail: { idempotent: true } },
      });
      expect(await toolOf(server, 'search')).toMatchObject({
        isRepeatable: true,
        needsApproval: true,
        showsResults: true,
      });
      expect(await toolOf(server, 'fail')).toMatchObject({ isRepeatable: true, needsApproval: false });
      expect(await toolOf(server, 'total')).toMatchObject({
        isRepeatable: false,
        needsApproval: false,
        showsResults: false,
      });
    });

    test('that does not answer in time leaves open whether the call was made; it is told that nobody waits', async () => {
      const { server } = connected(official.url, { tools: { wait: { timeout_seconds: 1 } } });
      const before = official.calls.length;
      await expect(call(server, 'wait')).rejects.toThrow('orders/wait may have been called');
      expect(official.calls.slice(before)).toMatchObject([{ name: 'wait' }]);
    });

    test('is waited for by whoever has stopped for 2 s more', async () => {
      const { server } = connected(official.url);
      const stop = new AbortController();
      const before = official.calls.length;
      const called = call(server, 'wait', {}, { signal: stop.signal });
      await eventually(() => official.calls.length > before);
      const waited = await ownMs(() => {
        stop.abort();
        return expect(called).rejects.toThrow('orders/wait may have been called');
      });
      expect(waited).toBeGreaterThan(1900);
      expect(waited).toBeLessThan(3500);
    });

    test('answers a hundred calls side by side, each its own', async () => {
      const { server } = connected(official.url);
      const search = await toolOf(server, 'search');
      const texts = Array.from({ length: 100 }, (_, place) => `order ${place}`);
      const results = await Promise.all(texts.map((text) => search.call({ text }, contextOf())));
      expect(results.map(({ text }) => text)).toEqual(texts.map((text) => `Nothing is called ${text}.`));
    });

    test('that is gone is told of as what could not be reached, and nothing was called', async () => {
      const gone = await OfficialServer.start(protocol);
      const { server } = connected(gone.url);
      const search = await toolOf(server, 'search');
      await gone.stop();
      // Until then a connection may be used whose end is not known yet.
      await eventually(() => fetch(gone.url).catch(({ cause }) => cause.code === 'ECONNREFUSED') as Promise<false>);
      expect(await search.call({ text: 'shoes' }, contextOf())).toMatchObject({
        status: 'error',
        text: expect.stringContaining('could not be reached'),
      });
    });
  },
);

describe('sessions of a server of 2025', () => {
  let official: OfficialServer;
  beforeAll(async () => {
    official = await OfficialServer.start('2025');
  });
  afterAll(() => official.stop());

  test('are begun once for all callers, and again when the server has forgotten them; the call is made once', async () => {
    const { server } = connected(official.url);
    await call(server, 'search', { text: 'one' });
    await call(server, 'search', { text: 'two' }, { caller: { id: 'b'.repeat(32) } });
    expect(official.sessions.size).toBe(1);
    official.sessions.clear();
    const before = official.calls.length;
    expect(await call(server, 'search', { text: 'three' })).toMatchObject({ status: 'ok' });
    expect(official.sessions.size).toBe(1);
    expect(official.calls.slice(before)).toHaveLength(1);
  });
});
