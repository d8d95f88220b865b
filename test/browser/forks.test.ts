import type { Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { breaksOff, ChatPage, type StoreKind, startWorld, type World } from './world.ts';

describe.each<StoreKind>(['memory', 'redis'])('edit and regenerate, with sessions in %s,', (store) => {
  let world: World;
  let chat: ChatPage;
  let client: Client;
  /** The session that is forked: three turns. */
  let source: string;
  let turns: string[];
  /** All that is stored of it. */
  let before: string;

  beforeAll(async () => {
    world = await startWorld(store);
    client = new Client(world.host.url);
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    await client.delete('/chat/sessions');
    const first = await client.chat({ message: 'one', assistant: 'code-reviewer' });
    source = first.session_id;
    const second = await client.chat({ session_id: source, message: 'two' });
    const third = await client.chat({ session_id: source, message: 'three' });
    turns = [first, second, third].map(({ turn_id }) => turn_id);
    before = await stored();
    world.upstream.requests.length = 0;
    chat = await ChatPage.open(world, {}, `#${source}`);
    await chat.isIdle();
    await shows(all);
  });
  afterEach(async () => {
    expect(await stored()).toBe(before);
    expect(chat.complaints).toEqual([]);
    await chat.close();
  });

  const all = ['one', 'You said: one', 'two', 'You said: two', 'three', 'You said: three'];
  /** The source, as it stands. */
  const stored = async () => {
    const response = await client.get(`/chat/history/${source}?limit=100`);
    if (!response.ok) return 'gone';
    // Whoever forks a session uses it, so that it is kept for longer.
    const { expires: _, ...kept } = (await response.json()) as Record<string, unknown>;
    return JSON.stringify(kept);
  };
  const contents = async (id: string) => (await client.history(id)).map(({ content }) => content);
  const shows = (texts: string[]) =>
    eventually(async () => JSON.stringify(await chat.texts()) === JSON.stringify(texts));
  const answers = async (texts: string[]) => {
    await shows(texts);
    await chat.isIdle();
  };
  const isInTheSource = () => eventually(() => chat.sessionId === source);
  const fork = (message: string, after: string | null) => ({
    ...{ message, session_id: source, assistant: 'code-reviewer' },
    ...{ after, fork: true },
  });

  test('asks an edited message in a new conversation, which has what stands before it, and goes on there', async () => {
    await chat.edit(2, 'zwei');
    await answers(['one', 'You said: one', 'zwei', 'You said: zwei']);
    expect(await chat.notice.innerText()).toContain('This is a new conversation. The original is unchanged.');
    expect(chat.asked.map(({ body }) => body)).toEqual([fork('zwei', turns[0] ?? '')]);
    const asked = world.upstream.requests[0]?.body['messages'] as { content: string }[];
    expect(asked.map(({ content }) => content).slice(1)).toEqual(['one', 'You said: one', 'zwei']);
    const forked = chat.sessionId;
    expect(forked).not.toBe(source);
    await chat.ask('drei');
    const now = ['one', 'You said: one', 'zwei', 'You said: zwei', 'drei', 'You said: drei'];
    await shows(now);
    expect(chat.asked.at(-1)?.body).toEqual({ message: 'drei', session_id: forked, assistant: 'code-reviewer' });
    expect(await contents(forked)).toEqual(now);
    await chat.page.reload();
    await shows(now);
  });

  test('regenerates the last answer', async () => {
    world.upstream.enqueue({ deltas: ['Drei.'] });
    await chat.buttonOf(5, 'Regenerate').click();
    await answers([...all.slice(0, 5), 'Drei.']);
    expect(chat.asked.map(({ body }) => body)).toEqual([fork('three', turns[1] ?? '')]);
    expect(await contents(chat.sessionId)).toEqual([...all.slice(0, 5), 'Drei.']);
    expect(await chat.hasKeyboard(chat.input)).toBe(true);
  });

  test('regenerates the first answer, with nothing before it', async () => {
    world.upstream.enqueue({ deltas: ['Eins.'] });
    await chat.buttonOf(1, 'Regenerate').click();
    await answers(['one', 'Eins.']);
    expect(chat.asked.map(({ body }) => body)).toEqual([fork('one', null)]);
    expect(await contents(chat.sessionId)).toEqual(['one', 'Eins.']);
    // Nothing else is left of the assistant that was picked for the source.
    await chat.page.getByRole('banner').getByText('Code reviewer').waitFor();
  });

  test('regenerates the answer of a fork, as a fork of it', async () => {
    await chat.edit(2, 'zwei');
    await answers(['one', 'You said: one', 'zwei', 'You said: zwei']);
    const forked = chat.sessionId;
    world.upstream.enqueue({ deltas: ['Zwei.'] });
    await chat.buttonOf(3, 'Regenerate').click();
    await answers(['one', 'You said: one', 'zwei', 'Zwei.']);
    expect(chat.asked.at(-1)?.body).toEqual({ ...fork('zwei', turns[0] ?? ''), session_id: forked });
    expect(await contents(forked)).toEqual(['one', 'You said: one', 'zwei', 'You said: zwei']);
  });

  test('gets the rest of the answer after a reload, and asks the model once', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['before ', gate, 'after'] });
    await chat.edit(2, 'zwei');
    await shows(['one', 'You said: one', 'zwei', 'before']);
    await chat.page.getByRole('banner').getByText('Code reviewer').waitFor();
    expect(chat.sessionId).not.toBe(source);
    await chat.page.reload();
    await shows(['one', 'You said: one', 'zwei', 'before']);
    gate.open();
    await answers(['one', 'You said: one', 'zwei', 'before after']);
    expect(world.upstream.requests).toHaveLength(1);
    expect(await contents(chat.sessionId)).toEqual(['one', 'You said: one', 'zwei', 'before after']);
  });

  /** The turn is stored, but the page has not heard of it. */
  const editUnheard = async () => {
    const heard = Promise.withResolvers<void>();
    const keepTheAnswer = (route: Route) => route.fetch().then(() => heard.resolve());
    await chat.page.route('**/chat/stream', keepTheAnswer, { times: 1 });
    await chat.edit(2, 'zwei');
    await heard.promise;
  };

  test('asks the same after a reload, where it was not known yet whether the turn had begun', async () => {
    await editUnheard();
    await chat.page.reload();
    await answers(['one', 'You said: one', 'zwei', 'You said: zwei']);
    expect(chat.asked).toEqual([chat.asked[0], chat.asked[0]]);
    expect(world.upstream.requests).toHaveLength(1);
    expect(await contents(chat.sessionId)).toEqual(['one', 'You said: one', 'zwei', 'You said: zwei']);
  });

  test('forks anew where the fork was deleted before the page had heard of it', async () => {
    await editUnheard();
    const { sessions } = (await (await client.get('/chat/sessions')).json()) as { sessions: { id: string }[] };
    await client.delete(`/chat/history/${sessions[0]?.id}`);
    await chat.page.reload();
    await chat.alert.waitFor();
    await chat.button('Try again').click();
    await answers(['one', 'You said: one', 'zwei', 'You said: zwei']);
    expect(chat.asked.map(({ body }) => body)).toEqual(Array(3).fill(fork('zwei', turns[0] ?? '')));
    expect(new Set(chat.asked.map(({ key }) => key)).size).toBe(2);
  });

  test('tells that a conversation cannot be forked that is gone, and begins a new one with the message', async () => {
    await client.delete(`/chat/history/${source}`);
    before = await stored();
    await chat.edit(2, 'zwei');
    await chat.alert.waitFor();
    await chat.button('Edit message').click();
    await eventually(async () => (await chat.input.inputValue()) === 'zwei');
    await chat.input.press('Enter');
    await answers(['zwei', 'You said: zwei']);
    expect(await chat.notice.innerText()).toContain(
      'A new conversation began: the earlier one has expired or was deleted.',
    );
  });

  test('gets the rest of the answer after cuts, without a word lost or doubled, and asks once', async () => {
    const words = ['eins ', 'zwei ', 'drei '];
    const gates = words.map(() => world.upstream.gate());
    world.upstream.enqueue({ deltas: words.flatMap((word, place) => [gates[place] ?? word, word]) });
    await chat.buttonOf(3, 'Regenerate').click();
    for (const [place, gate] of gates.entries()) {
      gate.open();
      const said = words.slice(0, place + 1).join('');
      await shows(['one', 'You said: one', 'two', said.trim()]);
      world.network.cut();
    }
    await chat.isIdle();
    expect(await contents(chat.sessionId)).toEqual(['one', 'You said: one', 'two', words.join('')]);
    expect(chat.asked).toHaveLength(1);
    expect(world.upstream.requests).toHaveLength(1);
  });

  test('tells an error, also after a reload, and tries the same again', async () => {
    world.upstream.enqueue(breaksOff);
    await chat.edit(2, 'zwei');
    await chat.alert.waitFor();
    await isInTheSource();
    await shows(['one', 'You said: one', 'zwei']);
    await chat.page.reload();
    await chat.alert.waitFor();
    await shows(['one', 'You said: one', 'zwei']);
    await chat.button('Try again').click();
    await answers(['one', 'You said: one', 'zwei', 'You said: zwei']);
    expect(chat.asked).toEqual([chat.asked[0], chat.asked[0]]);
    expect(chat.sessionId).not.toBe(source);
  });

  test('shows the conversation as it was where a failed edit is taken back, and gives back what was written', async () => {
    world.upstream.enqueue(breaksOff);
    await chat.edit(2, 'zwei');
    await chat.alert.waitFor();
    await chat.button('Edit message').click();
    await shows(all);
    await eventually(async () => (await chat.input.inputValue()) === 'zwei');
    expect(chat.sessionId).toBe(source);
  });

  test('gives nothing back where a failed answer is not asked for any more: the message stands there', async () => {
    world.upstream.enqueue(breaksOff);
    await chat.buttonOf(3, 'Regenerate').click();
    await chat.alert.waitFor();
    await chat.button('Cancel').click();
    await shows(all);
    expect(await chat.input.inputValue()).toBe('');
  });

  test('shows the conversation as it was where the turn is stopped before the answer began', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: [gate, 'too late'] });
    await chat.edit(2, 'zwei');
    await eventually(() => world.upstream.requests.length === 1);
    await chat.button('Stop').click();
    await answers(all);
    await eventually(async () => (await chat.input.inputValue()) === 'zwei');
    gate.open();
    await isInTheSource();
    await eventually(async () => (await chat.sessions.count()) === 1);
  });

  test('says in the list where a fork comes from, and leads there', async () => {
    await chat.edit(2, 'zwei');
    await answers(['one', 'You said: one', 'zwei', 'You said: zwei']);
    await chat.sessions.first().getByRole('img', { name: 'from one', exact: true }).waitFor();
    await chat.sessions.first().getByRole('button', { name: 'Actions for one' }).click();
    await chat.page.getByRole('menuitem', { name: 'Show original' }).click();
    await answers(all);
    expect(chat.sessionId).toBe(source);
    await chat.page.goBack();
    await answers(['one', 'You said: one', 'zwei', 'You said: zwei']);
    expect(chat.sessionId).not.toBe(source);
  });

  test('says of a fork whose source was deleted that it comes from elsewhere', async () => {
    await chat.edit(2, 'zwei');
    await answers(['one', 'You said: one', 'zwei', 'You said: zwei']);
    const forked = chat.sessionId;
    await client.delete(`/chat/history/${source}`);
    before = await stored();
    await chat.page.reload();
    await chat.sessions.getByRole('img', { name: 'from a conversation that is not listed' }).waitFor();
    await shows(['one', 'You said: one', 'zwei', 'You said: zwei']);
    expect(chat.sessionId).toBe(forked);
  });

  test('is had by keyboard alone: Escape leaves the message, Shift+Enter begins a line, Enter sends', async () => {
    await chat.buttonOf(2, 'Edit message').focus();
    await chat.page.keyboard.press('Enter');
    expect(await chat.hasKeyboard(chat.editor)).toBe(true);
    expect(await chat.editor.inputValue()).toBe('two');
    await chat.page.keyboard.type(' and a half');
    await chat.page.keyboard.press('Escape');
    expect(await chat.hasKeyboard(chat.buttonOf(2, 'Edit message'))).toBe(true);
    expect(await chat.texts()).toEqual(all);
    expect(chat.asked).toEqual([]);
    await chat.page.keyboard.press('Enter');
    await chat.page.keyboard.press('Shift+Enter');
    await chat.page.keyboard.type('zwei');
    await chat.page.keyboard.press('Enter');
    await answers(['one', 'You said: one', 'two\nzwei', 'You said: two\nzwei']);
    expect(await chat.hasKeyboard(chat.input)).toBe(true);
  });

  test('cannot be had while a turn runs; an edit that was begun waits, and its Escape does not stop the turn', async () => {
    await chat.buttonOf(2, 'Edit message').click();
    await chat.editor.fill('zwei');
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['vier', gate, ' und fünf'] });
    await chat.send('four');
    await chat.page.getByText('vier').waitFor();
    for (const name of ['Edit message', 'Send again', 'Regenerate']) {
      expect(await chat.button(name).count()).toBe(0);
    }
    expect(await chat.button('Send edited message').isDisabled()).toBe(true);
    await chat.editor.press('Enter');
    await chat.editor.press('Escape');
    await chat.editor.waitFor({ state: 'hidden' });
    gate.open();
    await answers([...all, 'four', 'vier und fünf']);
    expect(chat.asked).toHaveLength(1);
    before = await stored();
  });

  test('knows what stands before the first message that it has read, also where that failed and after a reload', async () => {
    for (let turn = 4; turn <= 51; turn += 1) {
      const { turn_id } = await client.chat({ session_id: source, message: `turn ${turn}` });
      turns.push(turn_id);
    }
    before = await stored();
    world.upstream.requests.length = 0;
    await chat.page.reload();
    await eventually(async () => (await chat.messages.count()) === 100);
    world.upstream.enqueue(breaksOff);
    await chat.edit(0, 'zwei');
    await chat.alert.waitFor();
    await shows(['one', 'You said: one', 'zwei']);
    await chat.page.reload();
    await shows(['one', 'You said: one', 'zwei']);
    await chat.button('Try again').click();
    await answers(['one', 'You said: one', 'zwei', 'You said: zwei']);
    const asked = fork('zwei', turns[0] ?? '');
    expect(chat.asked.map(({ body }) => body)).toEqual([asked, asked]);
  });

  test('follows the answer, though the user had scrolled up to the message', async () => {
    for (let turn = 4; turn <= 20; turn += 1) await client.chat({ session_id: source, message: `turn ${turn}` });
    before = await stored();
    await chat.page.reload();
    await eventually(async () => (await chat.messages.count()) === 40);
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['First.', gate, '\n\nline'.repeat(60)] });
    await chat.edit(20, 'elf');
    await chat.page.getByText('First.').waitFor();
    gate.open();
    await chat.isIdle();
    // What was said last is scrolled to once it is laid out.
    await eventually(() => chat.buttonOf(21, 'Regenerate').evaluate((each) => each.getBoundingClientRect().top < 700));
    expect(await chat.button('Jump to latest').count()).toBe(0);
  });
});
