import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import type { Gate } from '../upstream/script.ts';
import { breaksOff, ChatPage, type StoreKind, startWorld, type World } from './world.ts';

describe.each<StoreKind>(['memory', 'redis'])(
  'what is written while an answer comes, with sessions in %s,',
  (store) => {
    let world: World;
    let chat: ChatPage;
    let client: Client;
    /** Behind it the answer under way has its end. */
    let gate: Gate;

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
      gate = world.upstream.gate();
    });
    afterEach(async () => {
      expect(chat.complaints).toEqual([]);
      await chat.close();
    });

    const shows = (...texts: string[]) =>
      eventually(async () => JSON.stringify(await chat.texts()) === JSON.stringify(texts));
    const waits = (text: string) =>
      eventually(async () => (await chat.queued.allInnerTexts()).join() === `Sends after this answer ${text}`);
    const waitsNoMore = () => eventually(async () => (await chat.queued.count()) === 0);
    const isWritten = (text: string) => eventually(async () => (await chat.input.inputValue()) === text);
    const contents = async () => (await client.history(chat.sessionId)).map(({ content }) => content);
    const asked = () => chat.asked.map(({ body }) => body['message']);
    const stored = () => chat.page.evaluate(() => JSON.stringify(sessionStorage));
    const beginAnswer = async () => {
      world.upstream.enqueue({ deltas: ['One', gate, ' and more.'] });
      await chat.send('one');
      await shows('one', 'One');
    };
    const all = ['one', 'One and more.', 'two', 'You said: two'];

    test('waits above the message field, and is sent once that answer is stored', async () => {
      await beginAnswer();
      await chat.sendLater('two');
      await waits('two');
      await isWritten('');
      expect(await chat.hasKeyboard(chat.input)).toBe(true);
      expect(asked()).toEqual(['one']);
      gate.open();
      await shows(...all);
      await chat.isIdle();
      await waitsNoMore();
      expect(await contents()).toEqual(all);
      expect(asked()).toEqual(['one', 'two']);
      expect(chat.asked[1]?.body).toEqual({ message: 'two', session_id: chat.sessionId, assistant: 'default' });
      expect(await stored()).not.toContain('two');
    });

    test('is one message: what is sent behind it is its next line', async () => {
      await beginAnswer();
      await chat.sendLater('two');
      await waits('two');
      await chat.sendLater('and three');
      await waits('two and three');
      gate.open();
      await shows('one', 'One and more.', 'two\nand three', 'You said: two\nand three');
      expect(asked()).toEqual(['one', 'two\nand three']);
    });

    test('goes back to the message field by Edit, before what is written there, and nowhere by Remove', async () => {
      await beginAnswer();
      await chat.sendLater('two');
      await chat.input.fill('three');
      await chat.button('Edit').click();
      await isWritten('two\nthree');
      await waitsNoMore();
      expect(await chat.hasKeyboard(chat.input)).toBe(true);
      await chat.input.press('Enter');
      await chat.button('Remove').click();
      await waitsNoMore();
      await isWritten('');
      gate.open();
      await shows('one', 'One and more.');
      await chat.isIdle();
      expect(asked()).toEqual(['one']);
      expect(await stored()).not.toContain('two');
    });

    test('is sent by a button, too, beside the one that stops', async () => {
      await beginAnswer();
      await chat.input.fill('two');
      expect(await chat.button('Stop').isVisible()).toBe(true);
      await chat.button('Send after this answer').click();
      await waits('two');
      expect(await chat.button('Send after this answer').count()).toBe(0);
      gate.open();
      await shows(...all);
    });

    test('is sent where the answer is stopped, as that is stored', async () => {
      await beginAnswer();
      await chat.sendLater('two');
      await waits('two');
      await chat.input.press('Escape');
      await shows('one', 'One', 'two', 'You said: two');
      await chat.isIdle();
      expect(await contents()).toEqual(['one', 'One', 'two', 'You said: two']);
      gate.open();
    });

    test('goes back with its message where that was stopped before the answer began', async () => {
      world.upstream.enqueue({ deltas: [gate, 'too late'] });
      await chat.send('one');
      await eventually(() => world.upstream.requests.length === 1);
      await chat.sendLater('two');
      await waits('two');
      await chat.button('Stop').click();
      await isWritten('one\ntwo');
      await waitsNoMore();
      await shows();
      gate.open();
      expect(asked()).toEqual(['one']);
    });

    test('goes back to the message field where the answer fails, and is a draft there', async () => {
      world.upstream.enqueue({ deltas: ['Well', gate], ending: 'cut' });
      await chat.send('one');
      await shows('one', 'Well');
      await chat.sendLater('two');
      await waits('two');
      gate.open();
      await chat.alert.waitFor();
      await isWritten('two');
      await waitsNoMore();
      await chat.page.reload();
      await chat.alert.waitFor();
      await isWritten('two');
      await chat.button('Try again').click();
      await shows('one', 'You said: one');
      await chat.isIdle();
      expect(asked()).toEqual(['one', 'one']);
      await chat.input.press('Enter');
      await shows('one', 'You said: one', 'two', 'You said: two');
    });

    test('is below the message of a turn that is given up: nothing is lost, and in its order', async () => {
      world.upstream.enqueue({ deltas: ['Well', gate], ending: 'cut' });
      await chat.send('one');
      await shows('one', 'Well');
      await chat.sendLater('two');
      await waits('two');
      gate.open();
      await chat.page.locator('.parley-failure').getByRole('button', { name: 'Edit message' }).click();
      await isWritten('one\ntwo');
    });

    test('outlives a reload, and is sent once', async () => {
      await beginAnswer();
      await chat.sendLater('two');
      await waits('two');
      await chat.page.reload();
      await waits('two');
      gate.open();
      await shows(...all);
      await chat.isIdle();
      expect(await contents()).toEqual(all);
      expect(world.upstream.requests).toHaveLength(2);
    });

    test('is sent where the answer was stored while the page was away', async () => {
      await beginAnswer();
      await chat.sendLater('two');
      await waits('two');
      const url = chat.page.url();
      await chat.page.goto('about:blank');
      gate.open();
      await eventually(async () => (await client.history(new URL(url).hash.slice(1))).length === 2);
      await chat.page.goto(url);
      await shows(...all);
      expect(world.upstream.requests).toHaveLength(2);
    });

    test('stays with its conversation while another one is shown, and is sent when its user comes back', async () => {
      await beginAnswer();
      await chat.sendLater('two');
      await chat.button('New conversation').click();
      await shows();
      await waitsNoMore();
      gate.open();
      await chat.button('one').click();
      await shows(...all);
      expect(world.upstream.requests).toHaveLength(2);
    });

    test('is asked once where the tab was copied: both send it under one key', async () => {
      await beginAnswer();
      await chat.sendLater('two');
      await waits('two');
      const kept = await chat.page.evaluate(() => ({ ...sessionStorage }));
      const copy = await chat.openTab();
      await copy.page.evaluate((all) => Object.assign(sessionStorage, all), kept);
      await copy.page.goto('about:blank');
      await copy.page.goto(chat.page.url());
      await copy.queued.waitFor();
      gate.open();
      await shows(...all);
      await eventually(async () => JSON.stringify(await copy.texts()) === JSON.stringify(all));
      await copy.isIdle();
      expect(await contents()).toEqual(all);
      expect(world.upstream.requests).toHaveLength(2);
      expect(copy.complaints).toEqual([]);
    });

    test('waits for a turn that another tab has asked and that this one shows, and is sent behind it', async () => {
      await chat.ask('zero');
      const other = await chat.openTab(`#${chat.sessionId}`);
      await other.isIdle();
      world.upstream.enqueue({ deltas: ['One', gate, ' and more.'] });
      await other.send('one');
      await other.page.getByText('One', { exact: true }).waitFor();
      await chat.page.reload();
      await shows('zero', 'You said: zero', 'One');
      await chat.sendLater('two');
      await waits('two');
      gate.open();
      await shows('zero', 'You said: zero', ...all);
      await chat.isIdle();
      expect(await contents()).toEqual(['zero', 'You said: zero', ...all]);
    });

    test('takes its turn behind one that another tab was quicker to ask', async () => {
      await beginAnswer();
      await chat.sendLater('two');
      await waits('two');
      const quicker = world.upstream.gate();
      const other = await chat.openTab(`#${chat.sessionId}`);
      await other.page.getByText('One', { exact: true }).waitFor();
      // Between the end of the one and the beginning of the next.
      let isHeld = true;
      await chat.page.route('**/chat/stream', async (route) => {
        await eventually(() => !isHeld);
        await route.continue();
      });
      world.upstream.enqueue({ deltas: ['Quick', quicker, ' and good.'] });
      gate.open();
      await other.isIdle();
      await other.send('quick');
      await other.page.getByText('Quick', { exact: true }).waitFor();
      isHeld = false;
      await waits('two');
      quicker.open();
      await shows('one', 'One and more.', 'quick', 'Quick and good.', 'two', 'You said: two');
      expect(new Set(chat.asked.filter(({ body }) => body['message'] === 'two').map(({ key }) => key)).size).toBe(1);
      expect(world.upstream.requests).toHaveLength(3);
    });

    test('does not wait for a failure that stands there: that is to be dealt with first', async () => {
      world.upstream.enqueue(breaksOff);
      await chat.send('one');
      await chat.alert.waitFor();
      await chat.input.fill('two');
      await chat.input.press('Enter');
      expect(await chat.input.inputValue()).toBe('two');
      expect(await chat.queued.count()).toBe(0);
    });
  },
);

test('screen readers hear of both answers, and of the message that waits', async () => {
  const world = await startWorld('memory');
  const chat = await ChatPage.open(world);
  await chat.isIdle();
  const gates = [world.upstream.gate(), world.upstream.gate()] as const;
  world.upstream.enqueue({ deltas: ['One', gates[0]] }, { deltas: ['Two', gates[1]] });
  const told = chat.page.locator('.parley-panel > [role=status]').last();
  const isTold = (text: string) => eventually(async () => (await told.textContent()) === text);
  await chat.send('one');
  await isTold('The assistant is answering.');
  await chat.sendLater('two');
  expect(await chat.page.getByRole('status').filter({ hasText: 'Sends after this answer' }).count()).toBe(1);
  gates[0].open();
  await isTold('Assistant said: One');
  gates[1].open();
  await isTold('Assistant said: Two');
  await world.stop();
});
