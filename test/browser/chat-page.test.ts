import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { TcpProxy } from '../redis/tcp-proxy.ts';
import { breaksOff, ChatPage, type StoreKind, startWorld, type World } from './world.ts';

describe.each<StoreKind>(['memory', 'redis'])('the chat page, with sessions in %s,', (store) => {
  let world: World;
  let chat: ChatPage;
  let client: Client;

  beforeAll(async () => {
    world = await startWorld(store);
    client = new Client(world.host.url);
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    await client.delete('/chat/sessions');
    world.upstream.requests.length = 0;
    chat = await ChatPage.open(world);
    await chat.isIdle();
  });
  afterEach(async () => {
    expect(chat.complaints).toEqual([]);
    await chat.close();
  });

  /** Until it is there, on the page. */
  const shows = (texts: string[]) =>
    eventually(async () => JSON.stringify(await chat.texts()) === JSON.stringify(texts));

  test('shows an answer while it is written, keeps the keyboard where it was, and stores the turn', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['Use ', 'Redis', gate, ' and rest.'] });
    await chat.send('Where do sessions go?');
    await shows(['Where do sessions go?', 'Use Redis']);
    gate.open();
    await shows(['Where do sessions go?', 'Use Redis and rest.']);
    await chat.isIdle();
    expect(await chat.input.evaluate((input) => input === document.activeElement)).toBe(true);
    expect(await client.history(chat.sessionId)).toMatchObject([
      { role: 'user', content: 'Where do sessions go?' },
      { role: 'assistant', content: 'Use Redis and rest.' },
    ]);
    expect(await chat.usage()).toMatch(
      /^\d+% of the context is used · Answer (about )?\d+ tokens · Context (about )?\d+ of 3,000 tokens$/,
    );
  });

  test('goes on in the same session, also after a reload', async () => {
    await chat.ask('one');
    await chat.page.reload();
    await chat.isIdle();
    await chat.ask('two');
    await shows(['one', 'You said: one', 'two', 'You said: two']);
    expect(world.upstream.requests.at(-1)?.body['messages']).toHaveLength(4);
  });

  test('lists a conversation that has no turn yet, and takes its first one there', async () => {
    const made = await client.post('/v1/conversations', {});
    const { id } = (await made.json()) as { id: string };
    await chat.page.reload();
    await chat.isIdle();
    await chat.button('Untitled').click();
    await chat.isIdle();
    await chat.ask('one');
    await shows(['one', 'You said: one']);
    expect(chat.sessionId.replaceAll('-', '')).toBe(id.slice('conv_'.length));
    expect(await client.history(chat.sessionId)).toHaveLength(2);
    await chat.button('one').waitFor();
  });

  test('sends with Enter, and begins a line with Shift+Enter', async () => {
    await chat.input.fill('first line');
    await chat.input.press('Shift+Enter');
    await chat.input.pressSequentially('second line');
    expect(chat.asked).toEqual([]);
    await chat.input.press('Enter');
    await shows(['first line\nsecond line', 'You said: first line\nsecond line']);
    expect(chat.asked[0]?.body).toEqual({ message: 'first line\nsecond line' });
  });

  test.each(['button', 'Escape'])('stops an answer by %s, and keeps what was said', async (by) => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['half of it', gate, ' and the rest'] });
    await chat.send('Tell me all');
    await shows(['Tell me all', 'half of it']);
    if (by === 'button') await chat.button('Stop').click();
    else await chat.input.press('Escape');
    await chat.page.getByText('Stopped.', { exact: true }).waitFor();
    gate.open();
    expect(await client.history(chat.sessionId)).toMatchObject([{}, { content: 'half of it' }]);
    expect(await chat.input.evaluate((input) => input === document.activeElement)).toBe(true);
  });

  test('stops the answer that is shown alone: a stop that comes late does not end the next one', async () => {
    const gates = [world.upstream.gate(), world.upstream.gate()] as const;
    world.upstream.enqueue({ deltas: ['one ', gates[0], 'two'] }, { deltas: ['three ', gates[1], 'four'] });
    const late = world.upstream.gate();
    const told = Promise.withResolvers<unknown>();
    await chat.page.route('**/chat/stop', async (route) => {
      await late.passed;
      const response = await route.fetch();
      told.resolve(await response.json());
      await route.fulfill({ response });
    });
    await chat.send('First');
    await shows(['First', 'one']);
    await chat.button('Stop').click();
    gates[0].open();
    await shows(['First', 'one two']);
    await chat.send('Second');
    await shows(['First', 'one two', 'Second', 'three']);
    late.open();
    expect(await told.promise).toEqual({ stopping: false });
    gates[1].open();
    await shows(['First', 'one two', 'Second', 'three four']);
  });

  test('gives the message back where it was stopped before the answer began', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: [gate, 'too late'] });
    await chat.send('Never mind');
    await eventually(() => world.upstream.requests.length === 1);
    await chat.button('Stop').click();
    await eventually(async () => (await chat.input.inputValue()) === 'Never mind');
    gate.open();
    expect(await chat.texts()).toEqual([]);
  });

  test('tells an error, and tries again under the same key', async () => {
    world.upstream.enqueue(breaksOff);
    await chat.send('Try me');
    await chat.alert.waitFor();
    expect(await chat.texts()).toEqual(['Try me']);
    await chat.button('Try again').click();
    await shows(['Try me', 'You said: Try me']);
    await chat.isIdle();
    expect(await chat.alert.count()).toBe(0);
    expect(chat.asked[0]?.key).toBeTruthy();
    expect(chat.asked.map(({ key }) => key)).toEqual([chat.asked[0]?.key, chat.asked[0]?.key]);
    expect(await client.history(chat.sessionId)).toHaveLength(2);
  });

  test('still tells the error after a reload, and gives the message back where the user wants it', async () => {
    world.upstream.enqueue(breaksOff);
    await chat.send('Try me');
    await chat.alert.waitFor();
    await chat.page.reload();
    await chat.alert.waitFor();
    expect(chat.asked).toHaveLength(1);
    await chat.button('Edit message').click();
    await eventually(async () => (await chat.input.inputValue()) === 'Try me');
    expect(await chat.texts()).toEqual([]);
    expect(await chat.alert.count()).toBe(0);
    expect(chat.sessionId).toBe('');
    await chat.send('Something else');
    await shows(['Something else', 'You said: Something else']);
    expect(await chat.page.getByText('A new conversation began').count()).toBe(0);
  });

  test('sends a message again, as a turn of its own', async () => {
    await chat.ask('Once more');
    await chat.button('Send again').click();
    await shows(['Once more', 'You said: Once more', 'Once more', 'You said: Once more']);
    expect(new Set(chat.asked.map(({ key }) => key)).size).toBe(2);
  });

  test('gets the rest of an answer after a reload, and asks the model once', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['before ', gate, 'after'] });
    await chat.send('Go on');
    await shows(['Go on', 'before']);
    await chat.page.reload();
    await shows(['Go on', 'before']);
    gate.open();
    await shows(['Go on', 'before after']);
    await chat.isIdle();
    expect(world.upstream.requests).toHaveLength(1);
    expect(await client.history(chat.sessionId)).toHaveLength(2);
  });

  test('gets the rest of a turn that another page has asked, and what it was asked', async () => {
    await chat.ask('first');
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['before ', gate, 'after'] });
    await chat.send('second');
    await shows(['first', 'You said: first', 'second', 'before']);
    const other = await ChatPage.open(world, {}, `#${chat.sessionId}`);
    await eventually(async () => (await other.texts()).at(-1) === 'before');
    gate.open();
    await eventually(async () => (await other.texts()).join('|') === 'first|You said: first|second|before after');
    await other.isIdle();
    expect(other.complaints).toEqual([]);
    await other.close();
  });

  test('gets the rest of an answer after the connection was cut, over and over, without a word lost or doubled', async () => {
    const words = Array.from({ length: 12 }, (_, place) => `word${place} `);
    const gates = words.map(() => world.upstream.gate());
    world.upstream.enqueue({ deltas: words.flatMap((word, place) => [gates[place] ?? word, word]) });
    await chat.send('Count');
    for (const [place, gate] of gates.entries()) {
      gate.open();
      await shows([
        'Count',
        words
          .slice(0, place + 1)
          .join('')
          .trim(),
      ]);
      if (place % 3 === 2) world.network.cut();
    }
    await chat.isIdle();
    expect(await chat.texts()).toEqual(['Count', words.join('').trim()]);
    expect(world.upstream.requests).toHaveLength(1);
    expect(chat.asked).toHaveLength(1);
  });

  test('says that it reconnects also where the connection broke before a word was painted', async () => {
    await chat.ask('first');
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['before ', gate, 'after'] });
    await chat.page.evaluate(() => {
      const { requestAnimationFrame } = window;
      const late: FrameRequestCallback[] = [];
      const paint = () => {
        Object.assign(window, { requestAnimationFrame });
        for (const act of late) act(0);
      };
      Object.assign(window, { requestAnimationFrame: (act: FrameRequestCallback) => late.push(act), late, paint });
    });
    await chat.send('Go on');
    await eventually(() => chat.page.evaluate(() => Reflect.get(window, 'late').length > 0));
    await world.network.refuse();
    const told = chat.notice.filter({ hasText: 'Reconnecting' });
    await told.waitFor();
    await chat.page.evaluate(() => Reflect.get(window, 'paint')());
    expect(await told.count()).toBe(1);
    gate.open();
    await world.network.listen();
    await shows(['first', 'You said: first', 'Go on', 'before after']);
    await chat.isIdle();
  });

  test('asks under the same key where the connection was cut before the turn was known', async () => {
    world.network.mode = 'hold';
    await chat.send('Is anybody there?');
    await eventually(() => chat.asked.length === 1);
    world.network.cut();
    world.network.mode = 'pass';
    await shows(['Is anybody there?', 'You said: Is anybody there?']);
    await chat.isIdle();
    expect(new Set(chat.asked.map(({ key }) => key)).size).toBe(1);
    expect(world.upstream.requests).toHaveLength(1);
    expect(await client.history(chat.sessionId)).toHaveLength(2);
  });

  test('says when it is offline, and goes on by itself when the network is back', async () => {
    await chat.page.context().setOffline(true);
    await chat.page.getByText('You are offline.').waitFor();
    await chat.send('From the tunnel');
    await shows(['From the tunnel', '']);
    await chat.page.context().setOffline(false);
    await shows(['From the tunnel', 'You said: From the tunnel']);
    expect(await chat.page.getByText('You are offline.').count()).toBe(0);
  });

  test('says that a new conversation began where the old one was gone', async () => {
    await chat.ask('old');
    const old = chat.sessionId;
    await client.delete(`/chat/history/${old}`);
    await chat.send('new');
    await chat.page.getByText('A new conversation began').waitFor();
    await shows(['new', 'You said: new']);
    expect(chat.sessionId).not.toBe(old);
    await chat.button('Dismiss').click();
    expect(await chat.page.getByText('A new conversation began').count()).toBe(0);
  });

  test('says that a conversation is gone where its address leads nowhere, and begins a new one', async () => {
    await chat.close();
    chat = await ChatPage.open(world, {}, '#0b1ec71d-0000-4000-8000-000000000001');
    await chat.page.getByText('This conversation has expired or was deleted.').waitFor();
    await chat.ask('new');
    await shows(['new', 'You said: new']);
  });

  test('lists the conversations by their titles, switches between them, and goes back', async () => {
    await chat.ask('About cats');
    await chat.button('New conversation').click();
    await chat.isIdle();
    await chat.ask('About dogs');
    await eventually(async () => (await chat.sessions.count()) === 2);
    expect((await chat.sessions.allInnerTexts()).map((text) => text.trim())).toEqual(['About dogs', 'About cats']);
    await chat.button('About cats').click();
    await shows(['About cats', 'You said: About cats']);
    expect(await chat.button('About cats').getAttribute('aria-current')).toBe('page');
    await chat.page.goBack();
    await shows(['About dogs', 'You said: About dogs']);
  });

  test('deletes a conversation when that is confirmed, and not before', async () => {
    await chat.ask('Secret');
    const id = chat.sessionId;
    await chat.choose('Secret', 'Delete');
    await chat.page.keyboard.press('Escape');
    await chat.page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(await client.history(id)).toHaveLength(2);
    await chat.remove('Secret');
    await eventually(async () => (await chat.sessions.count()) === 0);
    await shows([]);
    expect((await client.get(`/chat/history/${id}`)).status).toBe(404);
    expect(chat.sessionId).toBe('');
  });

  test('lets the user pick the assistant until the conversation has begun', async () => {
    const picker = chat.page.getByRole('radio', { name: 'Code reviewer' });
    await picker.check();
    await chat.input.fill('Review this');
    await chat.ask('Review this');
    expect(JSON.stringify(world.upstream.requests[0]?.body['messages'])).toContain('experienced software engineer');
    await chat.page.getByRole('banner').getByText('Code reviewer').waitFor();
    expect(await picker.count()).toBe(0);
    await chat.page.reload();
    await chat.page.getByRole('banner').getByText('Code reviewer').waitFor();
    expect(await picker.count()).toBe(0);
  });

  test('keeps a long conversation whole: the newest messages first, older ones as the user scrolls up', async () => {
    const { session_id: id } = (await (await client.post('/chat', { message: 'turn 1' })).json()) as {
      session_id: string;
    };
    for (let turn = 2; turn <= 125; turn += 1) await client.post('/chat', { session_id: id, message: `turn ${turn}` });
    await chat.close();
    chat = await ChatPage.open(world, {}, `#${id}`);
    await chat.isIdle();
    await eventually(async () => (await chat.messages.count()) === 100);
    expect((await chat.texts()).at(-1)).toBe('You said: turn 125');
    const list = chat.page.getByRole('region', { name: 'Messages' });
    const first = chat.messages.getByText('turn 76', { exact: true });
    await list.evaluate((element) => element.scrollTo({ top: 0 }));
    await eventually(async () => (await chat.messages.count()) === 200);
    // What the user looked at is where it was, once the list is laid out.
    await eventually(async () => {
      const { y = -1 } = (await first.boundingBox()) ?? {};
      return y > 0 && y < 200;
    });
    await list.evaluate((element) => element.scrollTo({ top: 0 }));
    await eventually(async () => (await chat.messages.count()) === 250);
    const texts = await chat.texts();
    expect(texts.filter((text) => text.startsWith('turn '))).toEqual(
      Array.from({ length: 125 }, (_, turn) => `turn ${turn + 1}`),
    );
  });
});

test.each<StoreKind>(['memory', 'redis'])(
  'a user who was too quick sees a countdown, then tries again (%s)',
  async (store) => {
    const world = await startWorld(store, { RATE_LIMIT_PER_MINUTE: '20' });
    const client = new Client(world.host.url);
    const chat = await ChatPage.open(world);
    await chat.isIdle();
    // It goes on, whatever the test waits for: the page itself takes down how it began.
    await chat.page.evaluate(() => {
      new MutationObserver(() => {
        const timer = document.querySelector('[role="timer"]');
        if (timer === null || 'began' in globalThis) return;
        const isDisabled = document.querySelector('.parley-failure button')?.matches(':disabled');
        Object.assign(globalThis, { began: { says: timer.textContent, isDisabled } });
      }).observe(document, { subtree: true, childList: true });
    });
    const began = () => chat.page.evaluate(() => Reflect.get(globalThis, 'began') as object | undefined);
    // Every 3 seconds there is room for one more: the page has to come when there is none.
    while ((await began()) === undefined) {
      while ((await client.post('/chat', { message: 'One more' })).status === 200);
      chat.asked.length = 0;
      await chat.send('One too many');
      const isAnswered = async () => (await chat.page.locator('.parley-list:not(.parley-busy)').count()) === 1;
      await eventually(async () => (await began()) !== undefined || (await isAnswered()));
    }
    const says = expect.stringMatching(/^You can try again in [123] s\.$/);
    expect(await began()).toEqual({ says, isDisabled: true });
    // Playwright waits until it can be clicked.
    await chat.button('Try again').click();
    await eventually(async () => (await chat.texts()).at(-1) === 'You said: One too many');
    expect(new Set(chat.asked.map(({ key }) => key)).size).toBe(1);
    await world.stop();
  },
);

test('while the session store is down the page says so, and the message is answered once it is back', async () => {
  const redis = await RedisServer.start();
  const way = await TcpProxy.start(redis.port);
  const world = await startWorld('memory', { REDIS_URL: way.url });
  const chat = await ChatPage.open(world);
  await chat.isIdle();
  await way.refuse();
  await chat.send('Anybody home?');
  await chat.alert.waitFor();
  expect(await chat.alert.innerText()).toBe('Conversations are not available at the moment.');
  expect(world.upstream.requests).toHaveLength(0);
  await way.listen();
  await eventually(async () => {
    if ((await chat.alert.count()) > 0) await chat.button('Try again').click();
    return (await chat.texts()).at(-1) === 'You said: Anybody home?';
  });
  expect(new Set(chat.asked.map(({ key }) => key)).size).toBe(1);
  await world.stop();
  await way.stop();
  await redis.stop();
});
