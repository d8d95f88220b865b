import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { boxOf } from './box-of.ts';
import { comesBack } from './comes-back.ts';
import { ChatPage, type StoreKind, startWorld, type World } from './world.ts';

describe.each<StoreKind>(['memory', 'redis'])('a conversation in two tabs, with sessions in %s,', (store) => {
  let world: World;
  let chat: ChatPage;
  let other: ChatPage;
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
    await chat.ask('one');
    other = await chat.openTab(`#${chat.sessionId}`);
    await shows(other, 'one', 'You said: one');
  });
  afterEach(async () => {
    expect([...chat.complaints, ...other.complaints]).toEqual([]);
    await chat.close();
  });

  const shows = (page: ChatPage, ...texts: string[]) =>
    eventually(async () => JSON.stringify(await page.texts()) === JSON.stringify(texts));
  const queued = (page: ChatPage) => page.queued.filter({ hasText: 'three' });
  const contents = async () => (await client.history(chat.sessionId)).map(({ content }) => content);

  test('a message waits for the answer that the other tab has asked for, which is shown, and is then sent once', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['Two', gate, ' and more.'] });
    await other.send('two');
    await shows(other, 'one', 'You said: one', 'two', 'Two');
    await chat.send('three');
    await shows(chat, 'one', 'You said: one', 'Two');
    await queued(chat).waitFor();
    expect(await chat.alert.count()).toBe(0);
    gate.open();
    const all = ['one', 'You said: one', 'two', 'Two and more.', 'three', 'You said: three'];
    await shows(chat, ...all);
    await chat.isIdle();
    expect(await queued(chat).count()).toBe(0);
    expect(await contents()).toEqual(all);
    expect(world.upstream.requests).toHaveLength(3);
    expect(new Set(chat.asked.filter(({ body }) => body['message'] === 'three').map(({ key }) => key)).size).toBe(1);
    await comesBack(other, async () => (await other.texts()).length === 6);
    await shows(other, ...all);
  });

  test('Stop ends the answer that the other tab has asked for, and what waits is sent', async () => {
    world.upstream.enqueue({ deltas: ['Two', world.upstream.gate()] });
    await other.send('two');
    await shows(other, 'one', 'You said: one', 'two', 'Two');
    await chat.send('three');
    await queued(chat).waitFor();
    await shows(chat, 'one', 'You said: one', 'Two');
    await chat.button('Stop').click();
    await shows(chat, 'one', 'You said: one', 'two', 'Two', 'three', 'You said: three');
    await chat.isIdle();
    await other.page.getByText('Stopped.', { exact: true }).waitFor();
    expect(await contents()).toEqual(['one', 'You said: one', 'two', 'Two', 'three', 'You said: three']);
  });

  test.each([
    ['once the other answer is shown', false],
    ['before it is known what it waits for', true],
  ])('a message that waits can be taken back, %s, and the other answer goes on', async (_, isEarly) => {
    const gate = world.upstream.gate();
    const known = Promise.withResolvers<void>();
    if (isEarly) {
      await chat.page.route(/chat\/stream\/[^/]+$/, async (route) => {
        await known.promise;
        await route.continue();
      });
    }
    world.upstream.enqueue({ deltas: ['Two', gate, ' and more.'] });
    await other.send('two');
    await shows(other, 'one', 'You said: one', 'two', 'Two');
    await chat.send('three');
    await queued(chat).waitFor();
    if (!isEarly) await shows(chat, 'one', 'You said: one', 'Two');
    await chat.button('Edit').click();
    await eventually(async () => (await chat.input.inputValue()) === 'three');
    expect(await chat.hasKeyboard(chat.input)).toBe(true);
    known.resolve();
    gate.open();
    await shows(chat, 'one', 'You said: one', 'two', 'Two and more.');
    await chat.isIdle();
    expect(world.upstream.requests).toHaveLength(2);
  });

  test('a message that waits is still sent after a reload, once', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['Two', gate, ' and more.'] });
    await other.send('two');
    await shows(other, 'one', 'You said: one', 'two', 'Two');
    await chat.send('three');
    await queued(chat).waitFor();
    await chat.page.reload();
    await queued(chat).waitFor();
    gate.open();
    await shows(chat, 'one', 'You said: one', 'two', 'Two and more.', 'three', 'You said: three');
    expect(world.upstream.requests).toHaveLength(3);
  });

  test('who comes back to a tab and sends at once has that turn, not one that the tab was looking for', async () => {
    const asked = Promise.withResolvers<void>();
    const held = world.upstream.gate();
    // What the tab looks for is known when the message is under way.
    await other.page.route(/chat\/stream\/[^/]+$/, async (route) => {
      asked.resolve();
      await held.passed;
      await route.continue();
    });
    await comesBack(other, () =>
      Promise.race([asked.promise.then(() => true), new Promise<boolean>((done) => setTimeout(done, 100, false))]),
    );
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['Two', gate, ' and more.'] });
    await other.send('two');
    await shows(other, 'one', 'You said: one', 'two', 'Two');
    const answered = other.page.waitForResponse(/chat\/stream\/[^/]+$/);
    held.open();
    await answered;
    gate.open();
    await shows(other, 'one', 'You said: one', 'two', 'Two and more.');
    await other.isIdle();
    expect(await contents()).toEqual(['one', 'You said: one', 'two', 'Two and more.']);
  });

  test('who comes back to a tab sees what was said in the other, with the very elements that were there', async () => {
    await chat.ask('two');
    await other.input.fill('A draft');
    const first = await other.messages.first().elementHandle();
    await comesBack(other, async () => (await other.texts()).length === 4);
    await shows(other, 'one', 'You said: one', 'two', 'You said: two');
    expect(await first?.evaluate((element) => element.isConnected)).toBe(true);
    expect(await other.input.inputValue()).toBe('A draft');
    // Also those of which this tab knew no more than their turn.
    const last = await chat.messages.last().elementHandle();
    await other.ask('three');
    await comesBack(chat, async () => (await chat.texts()).length === 6);
    expect(await last?.evaluate((element) => element.isConnected)).toBe(true);
  });

  test('who comes back to a tab sees an answer of the other while it is written', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['Two', gate, ' and more.'] });
    await chat.send('two');
    await shows(chat, 'one', 'You said: one', 'two', 'Two');
    await comesBack(other, async () => (await other.texts()).at(-1) === 'Two');
    gate.open();
    await shows(other, 'one', 'You said: one', 'two', 'Two and more.');
    await other.isIdle();
  });

  test('a conversation that is deleted in the other tab is told as deleted, at once', async () => {
    await other.input.fill('A draft');
    await chat.remove('one');
    await other.page.getByText('This conversation was deleted.').waitFor();
    await shows(other);
    expect(other.sessionId).toBe('');
    expect(await other.input.inputValue()).toBe('A draft');
    // Here the user knows: nothing is said at all.
    await shows(chat);
    expect(await chat.notice.count()).toBe(0);
    await other.ask('two');
    await shows(other, 'two', 'You said: two');
    expect(await other.notice.count()).toBe(0);
  });

  test('a conversation that is gone, nobody here knows why, is told as gone when the user comes back', async () => {
    await client.delete(`/chat/history/${chat.sessionId}`);
    await comesBack(other, async () => (await other.texts()).length === 0);
    await other.page.getByText('This conversation has expired or was deleted.').waitFor();
    expect(other.sessionId).toBe('');
  });

  test('earlier pages stay, and what is read stays where it is', async () => {
    const { sessionId } = chat;
    for (let turn = 2; turn <= 60; turn += 1) await client.chat({ session_id: sessionId, message: `turn ${turn}` });
    await other.page.reload();
    await eventually(async () => (await other.messages.count()) === 100);
    await other.list.evaluate((list) => list.scrollTo({ top: 0 }));
    await eventually(async () => (await other.messages.count()) === 120);
    const read = other.messages.getByText('turn 20', { exact: true });
    await read.scrollIntoViewIfNeeded();
    const before = (await boxOf(read)).y;
    await client.chat({ session_id: sessionId, message: 'turn 61' });
    await comesBack(other, async () => (await other.messages.count()) === 122);
    expect((await boxOf(read)).y).toBe(before);
    expect((await other.texts()).filter((text) => text.startsWith('turn ')).length).toBe(60);
  });
});
