import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import type { Script } from '../upstream/script.ts';
import { bundlePage } from './bundle-page.ts';
import { type StoreKind, startWorld, type World } from './world.ts';

let html: string;
beforeAll(async () => {
  html = await bundlePage('ai-sdk');
});

describe.each<StoreKind>(['memory', 'redis'])('the AI SDK’s useChat, with sessions in %s,', (store) => {
  let world: World;
  let client: Client;
  let page: Page;
  let asked: { key: string | undefined; body: Record<string, unknown> }[];
  let stopped: unknown[];

  beforeAll(async () => {
    world = await startWorld(store);
    client = new Client(world.host.url);
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    world.upstream.requests.length = 0;
    asked = [];
    stopped = [];
    const context = await world.browser.newContext();
    page = await context.newPage();
    page.on('request', (request) => {
      if (request.url().endsWith('/chat/stop')) stopped.push(request.postDataJSON().turn_id);
      if (!request.url().endsWith('/chat/stream') || request.method() !== 'POST') return;
      asked.push({ key: request.headers()['idempotency-key'], body: request.postDataJSON() });
    });
    await page.route('**/fixture*', (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await open();
  });
  afterEach(() => page.context().close());

  const open = (query = '') => page.goto(new URL(`/fixture${query}`, world.url).href);
  /** What the SDK looks up by itself, it is ready after, whatever was asked meanwhile. */
  const hasLookedUp = () => page.locator('html:not([data-looking])').waitFor();
  const send = async (message: string) => {
    await hasLookedUp();
    await page.getByLabel('Message').fill(message);
    await page.keyboard.press('Enter');
  };
  const press = async (name: string) => {
    await hasLookedUp();
    await page.getByRole('button', { name, exact: true }).click();
  };
  const texts = () => page.getByRole('listitem').allTextContents();
  const shows = (...wanted: string[]) =>
    eventually(async () => JSON.stringify(await texts()) === JSON.stringify(wanted));
  const is = (status: string) => page.locator('output', { hasText: new RegExp(`^${status}$`) }).waitFor();
  const sessionId = () => page.evaluate(() => String(sessionStorage.getItem('a chat')));
  const history = async () => {
    const response = await client.get(`/chat/history/${await sessionId()}`);
    return (await response.json()) as {
      assistant: string;
      messages: { content: string; finish_reason?: string; turn_id: string }[];
    };
  };
  const stored = async () => (await client.history(await sessionId())).map(({ content }) => content);
  const stores = (...wanted: string[]) =>
    eventually(async () => {
      const response = await client.get(`/chat/history/${await sessionId()}`);
      return response.status === 200 && JSON.stringify(await stored()) === JSON.stringify(wanted);
    });

  test('streams answers, and sends the newest message alone', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['Hello', gate, ', Ada.'] });
    await send('I am Ada.');
    await shows('I am Ada.', 'Hello');
    gate.open();
    await shows('I am Ada.', 'Hello, Ada.');
    await is('ready');
    await send('Who am I?');
    await shows('I am Ada.', 'Hello, Ada.', 'Who am I?', 'You said: Who am I?');
    expect(asked.map(({ body }) => body)).toEqual([
      { message: 'I am Ada.' },
      { message: 'Who am I?', session_id: await sessionId(), assistant: 'default' },
    ]);
    expect(world.upstream.requests[1]?.body['messages']).toHaveLength(4);
    await is('ready');
    const metadata = await page.getByRole('listitem').nth(1).getAttribute('data-metadata');
    const said = { session_id: await sessionId(), finish_reason: 'stop', usage: {}, context: { messages: 1 } };
    expect(JSON.parse(metadata ?? '')).toMatchObject(said);
  });

  test('stops an answer, and keeps what was said', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['half of it', gate, ' and the rest'] });
    await send('Tell me all');
    await shows('Tell me all', 'half of it');
    await press('Stop');
    await is('ready');
    await eventually(() => world.upstream.requests[0]?.cut);
    gate.open();
    await shows('Tell me all', 'half of it');
    await stores('Tell me all', 'half of it');
    const [, said] = (await history()).messages;
    expect(said).toMatchObject({ finish_reason: 'stopped', turn_id: stopped[0] });
  });

  test('takes the next message at once after a stop', async () => {
    world.upstream.enqueue({ deltas: ['half of it', world.upstream.gate()] });
    await send('Tell me all');
    await shows('Tell me all', 'half of it');
    await press('Interrupt');
    await shows('Tell me all', 'half of it', 'Never mind', 'You said: Never mind');
    await stores('Tell me all', 'half of it', 'Never mind', 'You said: Never mind');
  });

  test('stops a turn that the service has not even heard of', async () => {
    world.upstream.enqueue({ deltas: [world.upstream.gate()] });
    world.network.mode = 'hold';
    await send('Oh');
    await is('submitted');
    await press('Stop');
    await is('ready');
    world.network.mode = 'pass';
    await eventually(() => world.upstream.requests[0]?.cut);
    await send('Well');
    await shows('Oh', 'Well', 'You said: Well');
    await stores('Well', 'You said: Well');
  });

  test('shows after a reload what is stored, and the whole of an answer under way, once', async () => {
    const gate = world.upstream.gate();
    await send('First');
    await shows('First', 'You said: First');
    await is('ready');
    world.upstream.enqueue({ deltas: ['before ', gate, 'after'] });
    await send('Go on');
    await shows('First', 'You said: First', 'Go on', 'before ');
    await page.reload();
    await shows('First', 'You said: First', 'before ');
    gate.open();
    await shows('First', 'You said: First', 'Go on', 'before after');
    await is('ready');
    await page.reload();
    await shows('First', 'You said: First', 'Go on', 'before after');
    expect(world.upstream.requests).toHaveLength(2);
    expect(stopped).toEqual([]);
  });

  test('shows an answer that was stored after the messages were read, and before it was joined', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['before ', gate, 'after'] });
    await send('Go on');
    await shows('Go on', 'before ');
    await page.route(
      '**/chat/history/*',
      async (route) => {
        const nothingYet = await route.fetch();
        gate.open();
        await stores('Go on', 'before after');
        await route.fulfill({ response: nothingYet });
      },
      { times: 1 },
    );
    await page.reload();
    await shows('Go on', 'before after');
  });

  test('joins a turn again that it has joined already', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['before ', gate, 'after'] });
    await send('Go on');
    await shows('Go on', 'before ');
    await page.reload();
    await shows('before ');
    const joined = page.waitForResponse((response) => response.url().includes('?turn_id='));
    await press('Join');
    await joined;
    gate.open();
    await shows('Go on', 'before after');
    expect(stopped).toEqual([]);
  });

  test('gets the rest of an answer after the connection was cut, without a word lost or doubled', async () => {
    const words = Array.from({ length: 6 }, (_, place) => `word${place} `);
    const gates = words.map(() => world.upstream.gate());
    world.upstream.enqueue({ deltas: words.flatMap((word, place) => [gates[place] ?? word, word]) });
    await send('Count');
    for (const [place, gate] of gates.entries()) {
      gate.open();
      await shows('Count', words.slice(0, place + 1).join(''));
      world.network.cut();
    }
    await is('ready');
    expect(await texts()).toEqual(['Count', words.join('')]);
    expect(asked).toHaveLength(1);
  });

  test('gets the rest of an answer that another turn has followed while the connection was gone', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['one ', gate, 'two'] });
    await send('Count');
    await shows('Count', 'one ');
    await world.network.refuse();
    gate.open();
    await stores('Count', 'one two');
    await client.chat({ message: 'From elsewhere', session_id: await sessionId() });
    await world.network.listen();
    await shows('Count', 'one two');
    await is('ready');
  });

  test('asks for the same turn, when it gave up to reach the service', async () => {
    // Its pauses take no time.
    await page.addInitScript(() => Object.assign(AbortSignal, { timeout: () => AbortSignal.abort() }));
    await page.reload();
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['one ', gate, 'two'] });
    await send('Count');
    await shows('Count', 'one ');
    await world.network.refuse();
    await is('error');
    gate.open();
    await stores('Count', 'one two');
    await world.network.listen();
    await press('Again');
    await shows('Count', 'one two');
    await is('ready');
    expect(asked).toEqual([asked[0], asked[0]]);
    expect(world.upstream.requests).toHaveLength(1);
  });

  const failures: [string, Script, string][] = [
    ['before the first word', { status: 429, headers: { 'retry-after': '3600' } }, 'too much to do'],
    ['within the answer', { deltas: ['You said '], ending: { error: { message: 'out of order' } } }, 'failed'],
  ];
  test.each(failures)('tells an error %s, and asks again under the same key', async (_, script, detail) => {
    world.upstream.enqueue(script);
    await send('Try me');
    await is('error');
    expect(await page.getByRole('alert').textContent()).toContain(detail);
    await press('Again');
    await shows('Try me', 'You said: Try me');
    await is('ready');
    expect(asked).toEqual([asked[0], asked[0]]);
    expect(await stored()).toEqual(['Try me', 'You said: Try me']);
  });

  const converse = async (...messages: string[]) => {
    const shown: string[] = [];
    for (const message of messages) {
      await send(message);
      shown.push(message, `You said: ${message}`);
      await shows(...shown);
      await is('ready');
    }
  };

  test('regenerates an answer and asks an edited message in forks, in which the chat goes on', async () => {
    await converse('one', 'two');
    const source = await sessionId();
    const [first] = (await history()).messages;
    world.upstream.enqueue({ deltas: ['Zwei.'] });
    await press('Again');
    await shows('one', 'You said: one', 'two', 'Zwei.');
    await is('ready');
    const fork = await sessionId();
    const place = { assistant: 'default', after: first?.turn_id, fork: true };
    expect(asked.at(-1)?.body).toEqual({ message: 'two', session_id: source, ...place });
    expect(await stored()).toEqual(['one', 'You said: one', 'two', 'Zwei.']);
    await press('Edit');
    await shows('one', 'You said: one', 'Edited', 'You said: Edited');
    await is('ready');
    expect(asked.at(-1)?.body).toEqual({ message: 'Edited', session_id: fork, ...place });
    await send('three');
    const now = ['one', 'You said: one', 'Edited', 'You said: Edited', 'three', 'You said: three'];
    await shows(...now);
    await is('ready');
    expect(await stored()).toEqual(now);
    expect(new Set(asked.map(({ key }) => key)).size).toBe(5);
    // What was forked is as it was.
    const untouched = async (id: string) => (await client.history(id)).map(({ content }) => content);
    expect(await untouched(source)).toEqual(['one', 'You said: one', 'two', 'You said: two']);
    expect(await untouched(fork)).toEqual(['one', 'You said: one', 'two', 'Zwei.']);
    await page.reload();
    await shows(...now);
  });

  test('regenerates the first answer, and asks the first message edited, with nothing before them', async () => {
    await converse('one', 'two');
    const source = await sessionId();
    await page.reload();
    await shows('one', 'You said: one', 'two', 'You said: two');
    world.upstream.enqueue({ deltas: ['Eins.'] });
    await press('Again the first');
    await shows('one', 'Eins.');
    await is('ready');
    const place = { assistant: 'default', after: null, fork: true };
    expect(asked.at(-1)?.body).toEqual({ message: 'one', session_id: source, ...place });
    expect(await stored()).toEqual(['one', 'Eins.']);
    await press('Edit the first');
    await shows('Edited', 'You said: Edited');
    await is('ready');
    expect(await stored()).toEqual(['Edited', 'You said: Edited']);
  });

  test('asks the first message that is shown edited behind all that is not shown', async () => {
    const { session_id, turn_id } = await client.chat({ message: 'turn 1' });
    for (let turn = 2; turn <= 51; turn += 1) await client.chat({ session_id, message: `turn ${turn}` });
    await page.evaluate((id) => sessionStorage.setItem('a chat', id), String(session_id));
    await page.reload();
    await eventually(async () => (await texts()).length === 100);
    await press('Edit the first');
    await shows('Edited', 'You said: Edited');
    await is('ready');
    expect(asked.at(-1)?.body).toMatchObject({ message: 'Edited', session_id, after: turn_id, fork: true });
    expect(await stored()).toEqual(['turn 1', 'You said: turn 1', 'Edited', 'You said: Edited']);
  });

  test('shows after a reload the answer of a fork under way, and then the fork', async () => {
    await converse('one', 'two');
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['before ', gate, 'after'] });
    await press('Edit');
    await shows('one', 'You said: one', 'Edited', 'before ');
    await page.reload();
    await shows('before ');
    gate.open();
    await shows('one', 'You said: one', 'Edited', 'before after');
    expect(world.upstream.requests).toHaveLength(3);
  });

  test('joins a fork under way again', async () => {
    await converse('one', 'two');
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['before ', gate, 'after'] });
    await press('Edit');
    await shows('one', 'You said: one', 'Edited', 'before ');
    const joined = page.waitForResponse((response) => response.url().includes('?turn_id='));
    await press('Join');
    await joined;
    gate.open();
    await shows('one', 'You said: one', 'Edited', 'before after');
    await is('ready');
    expect(await stored()).toEqual(['one', 'You said: one', 'Edited', 'before after']);
    expect(stopped).toEqual([]);
  });

  test('asks for the same fork again where it failed, and the next message in a fork as well', async () => {
    await converse('one', 'two');
    const source = await sessionId();
    const no = { status: 400, body: { error: { message: 'no' } } };
    world.upstream.enqueue(no, no);
    await press('Edit');
    await is('error');
    await press('Again');
    await is('error');
    expect(asked.slice(2)).toEqual([asked[2], asked[2]]);
    expect(await sessionId()).toBe(source);
    await send('three');
    await shows('one', 'You said: one', 'Edited', 'three', 'You said: three');
    await is('ready');
    expect(await stored()).toEqual(['one', 'You said: one', 'three', 'You said: three']);
    expect(await client.history(source)).toHaveLength(4);
  });

  test('is in the source again where a fork is stopped before it said anything', async () => {
    await converse('one', 'two');
    const source = await sessionId();
    world.upstream.enqueue({ deltas: [world.upstream.gate()] });
    await press('Again');
    await eventually(() => world.upstream.requests.length === 3);
    await press('Stop');
    await is('ready');
    await eventually(async () => (await sessionId()) === source);
    await press('Again');
    await shows('one', 'You said: one', 'two', 'You said: two');
    await is('ready');
    expect(asked.at(-1)?.body).toEqual(asked.at(-2)?.body);
    expect(await stored()).toEqual(['one', 'You said: one', 'two', 'You said: two']);
  });

  test('tells that a fork cannot be had of a session that is gone, and begins a new one when it is asked again', async () => {
    await converse('one', 'two');
    await client.delete(`/chat/history/${await sessionId()}`);
    await press('Again');
    await is('error');
    await press('Again');
    await shows('one', 'You said: one', 'two', 'You said: two');
    await is('ready');
    expect(await stored()).toEqual(['two', 'You said: two']);
  });

  test('keeps its assistant, when its first turn fails and when its session is gone', async () => {
    await open('?assistant=data-analyst');
    world.upstream.enqueue({ status: 400, body: { error: { message: 'no' } } });
    await send('Try me');
    await is('error');
    await press('Again');
    await is('ready');
    const first = await sessionId();
    expect(await history()).toMatchObject({ assistant: 'data-analyst' });
    await client.delete(`/chat/history/${first}`);
    await send('And now?');
    await shows('Try me', 'You said: Try me', 'And now?', 'You said: And now?');
    await is('ready');
    expect(await sessionId()).not.toBe(first);
    expect(await history()).toMatchObject({ assistant: 'data-analyst' });
  });

  test('refuses files, which the service would not be told of', async () => {
    await press('Attach');
    await page.getByText('Parley takes text alone; this message has a part of type file.').waitFor();
    expect(asked).toEqual([]);
  });
});
