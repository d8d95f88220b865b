import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import type { Script } from '../upstream/script.ts';
import { bundlePage, renderOnServer } from './bundle-page.ts';
import { type StoreKind, startWorld, type World } from './world.ts';

const kinds: { store: StoreKind; react: 18 | 19 }[] = [
  { store: 'memory', react: 18 },
  { store: 'redis', react: 19 },
];

describe.each(kinds)('assistant-ui in React $react, with sessions in $store,', ({ store, react }) => {
  let html: string;
  let world: World;
  let client: Client;
  let page: Page;
  let asked: { key: string | undefined; body: Record<string, unknown> }[];
  let complaints: string[];

  beforeAll(async () => {
    [html, world] = await Promise.all([bundlePage('assistant-ui', react), startWorld(store)]);
    client = new Client(world.host.url);
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    await client.delete('/chat/sessions');
    world.upstream.requests.length = 0;
    asked = [];
    complaints = [];
    const context = await world.browser.newContext();
    context.setDefaultTimeout(15_000);
    page = await context.newPage();
    page.on('request', (request) => {
      if (!request.url().endsWith('/chat/stream') || request.method() !== 'POST') return;
      asked.push({ key: request.headers()['idempotency-key'], body: request.postDataJSON() });
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load')) complaints.push(message.text());
    });
    const headers = { 'content-security-policy': "style-src 'self'" };
    await page.route('**/fixture*', (route) => route.fulfill({ contentType: 'text/html', headers, body: html }));
    await open();
  });
  afterEach(async () => {
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  const open = (query = '') => page.goto(new URL(`/fixture${query}`, world.url).href);
  const input = () => page.getByLabel('Message', { exact: true });
  const send = async (message: string) => {
    await input().fill(message);
    await input().press('Enter');
  };
  const press = (name: string, within: Page | Locator = page) =>
    within.getByRole('button', { name, exact: true }).click();
  const message = (place: number) => page.locator('.message').nth(place);
  const texts = () => page.locator('.message .text').allTextContents();
  const shows = (...wanted: string[]) =>
    eventually(async () => JSON.stringify(await texts()) === JSON.stringify(wanted));
  const is = (status: string) => page.locator('output', { hasText: new RegExp(`^${status}$`) }).waitFor();
  const answers = async (...wanted: string[]) => {
    await shows(...wanted);
    await is('ready');
  };
  const ask = async (text: string, ...before: string[]) => {
    await send(text);
    await answers(...before, text, `You said: ${text}`);
  };
  const sessionId = () => page.evaluate(() => String(sessionStorage.getItem('session')));
  const stored = async (id?: string) => (await client.history(id ?? (await sessionId()))).map(({ content }) => content);
  /** What the model was asked last, without the system prompt. */
  const lastAsked = () => {
    const messages = world.upstream.requests.at(-1)?.body['messages'] as { content: string }[];
    return messages.slice(1).map(({ content }) => content);
  };

  const statusOf = async (place: number) => JSON.parse((await message(place).getAttribute('data-status')) ?? 'null');
  const metadataOf = async (place: number) =>
    JSON.parse((await message(place).getAttribute('data-metadata')) ?? 'null');
  const branchOf = async (place: number) => {
    const picker = message(place).locator('.number');
    return (await picker.count()) === 0 ? undefined : await picker.textContent();
  };
  const edit = async (place: number, text: string) => {
    await press('Edit', message(place));
    await page.getByLabel('Edited message').fill(text);
    await press('Save');
  };
  const titles = () => page.locator('.thread .title').allTextContents();
  const lists = (...wanted: string[]) =>
    eventually(async () => JSON.stringify(await titles()) === JSON.stringify(wanted));
  const threadOf = (title: string) => page.locator('.thread', { has: page.getByText(title, { exact: true }) });
  const sessions = async () => {
    const answer = (await (await client.get('/chat/sessions')).json()) as { sessions: { id: string }[] };
    return answer.sessions.map(({ id }) => id);
  };
  const no = { status: 400, body: { error: { message: 'no' } } };

  test('streams the answers of a conversation', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['Hello', gate, ', Ada.'] });
    await send('I am Ada.');
    await shows('I am Ada.', 'Hello');
    await is('running');
    expect(await statusOf(1)).toEqual({ type: 'running' });
    gate.open();
    await answers('I am Ada.', 'Hello, Ada.');
    await ask('Who am I?', 'I am Ada.', 'Hello, Ada.');
    await ask('And now?', 'I am Ada.', 'Hello, Ada.', 'Who am I?', 'You said: Who am I?');
    expect(asked.map(({ body }) => body['session_id'])).toEqual([undefined, await sessionId(), await sessionId()]);
    expect(world.upstream.requests).toHaveLength(3);
    expect(lastAsked()).toHaveLength(5);
    expect(await statusOf(5)).toEqual({ type: 'complete', reason: 'stop' });
    const said = { session_id: await sessionId(), finish_reason: 'stop', usage: {}, context: { messages: 5 } };
    expect((await metadataOf(5)).custom).toMatchObject(said);
  });

  test('stops an answer, keeps what was said, and asks the next message behind it', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['half of it', gate, ' and the rest'] });
    await send('Tell me all');
    await shows('Tell me all', 'half of it');
    await press('Stop');
    await is('ready');
    gate.open();
    await eventually(() => world.upstream.requests[0]?.cut);
    expect(await statusOf(1)).toEqual({ type: 'incomplete', reason: 'cancelled' });
    await ask('Never mind', 'Tell me all', 'half of it');
    expect(await stored()).toEqual(['Tell me all', 'half of it', 'Never mind', 'You said: Never mind']);
  });

  test('gives the text back that was stopped before the first word, before what was written since', async () => {
    world.upstream.enqueue({ deltas: [world.upstream.gate()] });
    await send('Oh');
    await eventually(() => world.upstream.requests.length === 1);
    await input().fill('Well');
    await press('Stop');
    await answers();
    await eventually(async () => (await input().inputValue()) === 'Oh\nWell');
    expect(await sessions()).toEqual([]);
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
    await answers('Count', words.join(''));
    expect(asked).toHaveLength(1);
    expect(world.upstream.requests).toHaveLength(1);
  });

  test('joins an answer under way after a reload, and shows all of it once', async () => {
    await ask('First');
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['before ', gate, 'after'] });
    await send('Go on');
    await shows('First', 'You said: First', 'Go on', 'before ');
    await page.reload();
    await shows('First', 'You said: First', 'Go on', 'before ');
    await is('running');
    gate.open();
    await answers('First', 'You said: First', 'Go on', 'before after');
    await page.reload();
    await answers('First', 'You said: First', 'Go on', 'before after');
    expect(asked).toHaveLength(2);
    expect(world.upstream.requests).toHaveLength(2);
  });

  const failures: [string, Script, string][] = [
    ['before the first word', { status: 429, headers: { 'retry-after': '3600' } }, 'too much to do'],
    ['within the answer', { deltas: ['You said '], ending: { error: { message: 'out of order' } } }, 'failed'],
  ];
  test.each(failures)('shows a failure %s, also after a reload, and tries again under the same key', async (...row) => {
    const [, script, detail] = row;
    world.upstream.enqueue(script);
    await send('Try me');
    await answers('Try me', '');
    expect(await page.getByRole('alert').textContent()).toContain(detail);
    expect(await statusOf(1)).toMatchObject({
      type: 'incomplete',
      reason: 'error',
      error: { code: expect.any(String) },
    });
    await page.reload();
    await answers('Try me', '');
    await press('Reload', message(1));
    await answers('Try me', 'You said: Try me');
    expect(asked).toEqual([asked[0], asked[0]]);
    expect(await stored()).toEqual(['Try me', 'You said: Try me']);
  });

  test('sends nothing behind a message that failed, until it is edited or taken back', async () => {
    world.upstream.enqueue(no, no);
    await send('Try me');
    await answers('Try me', '');
    await input().fill('More');
    await input().press('Enter');
    expect(await input().inputValue()).toBe('More');
    await edit(0, 'Try this');
    await answers('Try this', '');
    await press('Discard');
    await answers();
    await eventually(async () => (await input().inputValue()) === 'Try this\nMore');
    await ask('Now');
    expect(asked.map(({ body }) => body['message'])).toEqual(['Try me', 'Try this', 'Now']);
    expect(new Set(asked.map(({ key }) => key)).size).toBe(3);
  });

  test('asks an edited message in a branch, and goes on in the branch that is shown', async () => {
    await ask('one');
    await ask('two', 'one', 'You said: one');
    const source = await sessionId();
    await edit(2, 'zwei');
    await answers('one', 'You said: one', 'zwei', 'You said: zwei');
    const fork = await sessionId();
    expect(asked.at(-1)?.body).toMatchObject({ message: 'zwei', session_id: source, fork: true });
    expect(await branchOf(2)).toBe('2/2');
    expect(await branchOf(0)).toBeUndefined();
    await press('Previous', message(2));
    await answers('one', 'You said: one', 'two', 'You said: two');
    expect(await branchOf(2)).toBe('1/2');
    expect(await sessionId()).toBe(source);
    await ask('three', 'one', 'You said: one', 'two', 'You said: two');
    expect(lastAsked()).toEqual(['one', 'You said: one', 'two', 'You said: two', 'three']);
    await press('Next', message(2));
    await answers('one', 'You said: one', 'zwei', 'You said: zwei');
    expect(await branchOf(2)).toBe('2/2');
    await ask('drei', 'one', 'You said: one', 'zwei', 'You said: zwei');
    expect(lastAsked()).toEqual(['one', 'You said: one', 'zwei', 'You said: zwei', 'drei']);
    expect(await stored(source)).toEqual(['one', 'You said: one', 'two', 'You said: two', 'three', 'You said: three']);
    expect(await stored(fork)).toEqual(['one', 'You said: one', 'zwei', 'You said: zwei', 'drei', 'You said: drei']);
    await lists('one');
    await page.reload();
    await answers('one', 'You said: one', 'zwei', 'You said: zwei', 'drei', 'You said: drei');
    expect(await branchOf(2)).toBe('2/2');
    await press('Previous', message(2));
    await answers('one', 'You said: one', 'two', 'You said: two', 'three', 'You said: three');
    await lists('one');
    expect(world.upstream.requests).toHaveLength(5);
  });

  test('asks for other answers in branches of one question', async () => {
    await ask('one');
    world.upstream.enqueue({ deltas: ['Eins.'] });
    await press('Reload', message(1));
    await answers('one', 'Eins.');
    world.upstream.enqueue({ deltas: ['Uno.'] });
    await press('Reload', message(1));
    await answers('one', 'Uno.');
    expect([await branchOf(0), await branchOf(1)]).toEqual([undefined, '3/3']);
    await press('Previous', message(1));
    await answers('one', 'Eins.');
    await press('Previous', message(1));
    await answers('one', 'You said: one');
    expect(await branchOf(1)).toBe('1/3');
    await press('Next', message(1));
    await answers('one', 'Eins.');
    await page.reload();
    await answers('one', 'Eins.');
    expect([await branchOf(0), await branchOf(1)]).toEqual([undefined, '2/3']);
    await edit(0, 'ein');
    await answers('ein', 'You said: ein');
    expect([await branchOf(0), await branchOf(1)]).toEqual(['2/2', undefined]);
    await press('Previous', message(0));
    await eventually(async () => (await branchOf(1))?.endsWith('/3'));
    await lists('ein');
    expect(new Set(asked.map(({ key }) => key)).size).toBe(4);
  });

  /** A conversation of two turns, and a fork of it in which the second question was another one. */
  const forkOnce = async () => {
    await ask('one');
    await ask('two', 'one', 'You said: one');
    const source = await sessionId();
    await edit(2, 'zwei');
    await answers('one', 'You said: one', 'zwei', 'You said: zwei');
    return { source, fork: await sessionId() };
  };

  test('goes back to the source where an edit failed, and its text to the composer', async () => {
    await ask('one');
    const source = await sessionId();
    world.upstream.enqueue(no);
    await edit(0, 'eins');
    await answers('eins', '');
    expect([await branchOf(0), await sessionId()]).toEqual(['2/2', source]);
    await page.reload();
    await answers('eins', '');
    expect(await branchOf(0)).toBe('2/2');
    await press('Previous', message(0));
    await answers('one', 'You said: one');
    expect([await branchOf(0), await input().inputValue()]).toEqual([undefined, 'eins']);
    expect(await sessions()).toEqual([source]);
  });

  test('regenerates an earlier answer where a later message failed', async () => {
    await ask('one');
    world.upstream.enqueue(no);
    await send('two');
    await answers('one', 'You said: one', 'two', '');
    world.upstream.enqueue({ deltas: ['Eins.'] });
    await press('Reload', message(1));
    await answers('one', 'Eins.');
    expect(await input().inputValue()).toBe('two');
    expect(await branchOf(1)).toBe('2/2');
  });

  test('joins a branch under way after a reload, beside the branch that it was forked of', async () => {
    await ask('one');
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['before ', gate, 'after'] });
    await edit(0, 'eins');
    await shows('eins', 'before ');
    expect(await branchOf(0)).toBe('2/2');
    await page.reload();
    await shows('eins', 'before ');
    await eventually(async () => (await branchOf(0)) === '2/2');
    gate.open();
    await answers('eins', 'before after');
    expect(await branchOf(0)).toBe('2/2');
    await press('Previous', message(0));
    await answers('one', 'You said: one');
    expect(world.upstream.requests).toHaveLength(2);
  });

  test('shows a branch whose source was deleted, and stays with it where the source is gone meanwhile', async () => {
    const { source, fork } = await forkOnce();
    await client.delete(`/chat/history/${source}`);
    await press('Previous', message(2));
    await eventually(async () => (await sessionId()) === fork);
    await answers('one', 'You said: one', 'zwei', 'You said: zwei');
    expect(await branchOf(2)).toBeUndefined();
    await page.reload();
    await answers('one', 'You said: one', 'zwei', 'You said: zwei');
    await lists('one');
    await ask('drei', 'one', 'You said: one', 'zwei', 'You said: zwei');
  });

  test('finds branches again that begin before all that is shown first', async () => {
    const first = await client.chat({ message: 'turn 1' });
    const { session_id } = first;
    for (let turn = 2; turn <= 51; turn += 1) await client.chat({ session_id, message: `turn ${turn}` });
    const place = { session_id, after: first.turn_id, fork: true };
    await client.chat({ ...place, message: 'another turn 2' });
    await page.evaluate((id) => sessionStorage.setItem('session', String(id)), session_id);
    await page.reload();
    await eventually(async () => (await texts()).length === 100);
    await is('ready');
    expect(await branchOf(0)).toBeUndefined();
    await press('Earlier');
    await eventually(async () => (await texts()).length === 102);
    expect([await branchOf(0), await branchOf(2)]).toEqual([undefined, '1/2']);
    await press('Next', message(2));
    await answers('turn 1', 'You said: turn 1', 'another turn 2', 'You said: another turn 2');
  });

  test('switches between threads while one answers, and shows each as it is', async () => {
    await ask('Hello');
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['before ', gate, 'after'] });
    await send('Go on');
    await shows('Hello', 'You said: Hello', 'Go on', 'before ');
    await press('New thread');
    await answers();
    await send('Bye');
    await answers('Bye', 'You said: Bye');
    await lists('Bye', 'Hello');
    await press('Hello');
    await shows('Hello', 'You said: Hello', 'Go on', 'before ');
    await is('running');
    await press('Bye');
    await answers('Bye', 'You said: Bye');
    gate.open();
    await lists('Hello', 'Bye');
    await press('Hello');
    await answers('Hello', 'You said: Hello', 'Go on', 'before after');
    expect(world.upstream.requests).toHaveLength(3);
    await ask('Well', 'Hello', 'You said: Hello', 'Go on', 'before after');
    expect(lastAsked()).toEqual(['Hello', 'You said: Hello', 'Go on', 'before after', 'Well']);
  });

  test('keeps what is written and not sent, in each thread its own, also over a reload', async () => {
    await ask('Hello');
    await input().fill('For Hello');
    await press('New thread');
    await answers();
    await input().fill('For another');
    await press('Hello');
    await answers('Hello', 'You said: Hello');
    await eventually(async () => (await input().inputValue()) === 'For Hello');
    await page.reload();
    await answers('Hello', 'You said: Hello');
    await eventually(async () => (await input().inputValue()) === 'For Hello');
    await press('New thread');
    await eventually(async () => (await input().inputValue()) === 'For another');
  });

  test('keeps a thread whose first message failed beside a new one', async () => {
    world.upstream.enqueue(no);
    await send('Try me');
    await answers('Try me', '');
    await press('New thread');
    await answers();
    await lists('Try me');
    await ask('Hello');
    await press('Try me');
    await answers('Try me', '');
    await press('Reload', message(1));
    await answers('Try me', 'You said: Try me');
    expect(asked.map(({ body }) => body['message'])).toEqual(['Try me', 'Hello', 'Try me']);
    expect(asked[2]?.key).toBe(asked[0]?.key);
    await lists('Try me', 'Hello');
  });

  test('lets a message wait for another page’s turn, and takes it back while it waits', async () => {
    await ask('one');
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['before ', gate, 'after'] });
    const elsewhere = client.chat({ session_id: await sessionId(), message: 'two' });
    await eventually(() => world.upstream.requests.length === 2);
    await send('three');
    await shows('one', 'You said: one', 'before ', 'three', '');
    await press('Stop');
    await shows('one', 'You said: one', 'before ');
    await eventually(async () => (await input().inputValue()) === 'three');
    gate.open();
    await answers('one', 'You said: one', 'two', 'before after');
    await elsewhere;
    await input().press('Enter');
    await answers('one', 'You said: one', 'two', 'before after', 'three', 'You said: three');
    expect(world.upstream.requests).toHaveLength(3);
  });

  test('shows the session that its app wants, in the thread that it is of', async () => {
    const { source, fork } = await forkOnce();
    await press('New thread');
    await answers();
    await ask('Bye');
    const other = await sessionId();
    const wanted = page.getByLabel('Session');
    await wanted.fill(source);
    await answers('one', 'You said: one', 'two', 'You said: two');
    expect(await branchOf(2)).toBe('1/2');
    await input().fill('A draft');
    await wanted.fill(fork);
    await answers('one', 'You said: one', 'zwei', 'You said: zwei');
    expect([await branchOf(2), await input().inputValue()]).toEqual(['2/2', 'A draft']);
    await wanted.fill(other);
    await answers('Bye', 'You said: Bye');
    await lists('Bye', 'one');
  });

  test('lists all threads of a user who has many, and then reads what is new alone', async () => {
    for (let number = 1; number <= 60; number += 1) await client.chat({ message: `thread ${number}` });
    let pages = 0;
    page.on('request', (request) => {
      if (request.url().includes('/chat/sessions?')) pages += 1;
    });
    await page.reload();
    await eventually(async () => (await titles()).length === 60);
    expect(await titles()).toEqual(Array.from({ length: 60 }, (_, place) => `thread ${60 - place}`));
    pages = 0;
    await press('thread 1');
    await answers('thread 1', 'You said: thread 1');
    await ask('Hello', 'thread 1', 'You said: thread 1');
    await eventually(async () => (await titles())[0] === 'thread 1');
    expect([(await titles()).length, pages]).toEqual([60, 1]);
  });

  test('lists a thread with its first message, and keeps it where it is', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['before ', gate, 'after'] });
    await send('Hello');
    await lists('Hello');
    await press('New thread');
    await answers();
    await press('Hello');
    await shows('Hello', 'before ');
    await input().fill('A draft');
    gate.open();
    await answers('Hello', 'before after');
    await eventually(async () => (await sessions()).length === 1);
    expect(await input().inputValue()).toBe('A draft');
    await lists('Hello');
  });

  test('deletes a thread with all its branches', async () => {
    await forkOnce();
    await press('New thread');
    await answers();
    await ask('Bye');
    await lists('Bye', 'one');
    await press('Delete', threadOf('one'));
    await lists('Bye');
    expect(await sessions()).toEqual([await sessionId()]);
    await press('Delete', threadOf('Bye'));
    await answers();
    await lists();
    expect([await sessions(), await sessionId()]).toEqual([[], 'null']);
    await ask('Again');
  });

  test('asks a message once, and gives one back that was sent before its answer', async () => {
    await press('Twice');
    await answers('One', 'You said: One');
    expect(await input().inputValue()).toBe('Two');
    expect(asked).toHaveLength(1);
    await input().press('Enter');
    await input().press('Enter');
    await answers('One', 'You said: One', 'Two', 'You said: Two');
    expect(asked).toHaveLength(2);
    expect(await stored()).toEqual(['One', 'You said: One', 'Two', 'You said: Two']);
  });

  test('hands feedback to the service, and shows it after a reload', async () => {
    await ask('one');
    await press('Bad', message(1));
    const rating = async () => {
      const history = await (await client.get(`/chat/history/${await sessionId()}`)).json();
      return (history as { messages: { feedback?: object }[] }).messages[1]?.feedback;
    };
    await eventually(async () => (await rating()) !== undefined);
    expect(await rating()).toEqual({ rating: 'down' });
    await page.reload();
    await answers('one', 'You said: one');
    expect((await metadataOf(1)).submittedFeedback).toEqual({ type: 'negative' });
  });

  test('refuses what is more than text, and has nothing asked', async () => {
    await press('Attach');
    await eventually(() => complaints.length > 0);
    expect(complaints.splice(0).join()).toContain('Parley takes text alone; this message has a part of type image.');
    expect(asked).toEqual([]);
  });

  test('begins a new conversation, and says so, where the one that is shown has expired', async () => {
    await open('?assistant=data-analyst');
    await ask('Hello');
    await client.delete(`/chat/history/${await sessionId()}`);
    await send('Still there?');
    await answers('Still there?', 'You said: Still there?');
    expect(await page.locator('#notice').textContent()).toBe('expired');
    expect(asked.map(({ body }) => body['assistant'])).toEqual(['data-analyst', 'data-analyst']);
    await lists('Still there?');
  });

  test('goes on in a browser with what a server has rendered', async () => {
    const rendered = await renderOnServer('assistant-ui', react);
    expect(rendered.html).toContain('New thread');
    html = html.replace('<div id="page"></div>', () => `<div id="page">${rendered.html}</div>`);
    await page.addInitScript(() => {
      document.addEventListener('DOMContentLoaded', () => {
        Object.assign(document.querySelector('textarea') as object, { cameFromTheServer: true });
      });
    });
    await open();
    await ask('Hello');
    expect(await input().evaluate((element) => 'cameFromTheServer' in element)).toBe(true);
  });
});
