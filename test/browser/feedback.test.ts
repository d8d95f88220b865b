import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { ChatPage, type StoreKind, startWorld, type World } from './world.ts';

describe.each<StoreKind>(['memory', 'redis'])('with sessions in %s, an answer', (store) => {
  let world: World;
  let chat: ChatPage;
  beforeAll(async () => {
    world = await startWorld(store);
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    chat = await ChatPage.open(world);
    await chat.isIdle();
    await chat.ask('Where do sessions go?');
  });
  afterEach(async () => {
    expect(chat.complaints).toEqual([]);
    await chat.close();
  });

  const pressed = async () => {
    const buttons = chat.page.locator('.parley-thumb[aria-pressed=true]');
    return buttons.evaluateAll((all) => all.map((button) => button.getAttribute('aria-label')));
  };
  const isPressed = (...names: string[]) => eventually(async () => (await pressed()).join() === names.join());
  const feedback = async () => {
    const response = await new Client(world.host.url).get(`/chat/history/${chat.sessionId}`);
    const { messages } = (await response.json()) as { messages: { feedback?: { rating: string } }[] };
    return messages[1]?.feedback;
  };
  const stored = async () => (await feedback())?.rating;
  const reason = (name: string) => chat.page.getByRole('radio', { name, exact: true });
  const comment = () => chat.page.getByRole('textbox', { name: 'Comment (optional)' });
  const isClosed = () => eventually(async () => (await comment().count()) === 0);

  test('is rated, and rated anew, and is so after a reload', async () => {
    expect(await pressed()).toEqual([]);
    await chat.button('Good answer').click();
    await isPressed('Good answer');
    await eventually(async () => (await stored()) === 'up');
    await chat.button('Bad answer').press('Enter');
    await isPressed('Bad answer');
    await eventually(async () => (await stored()) === 'down');
    await chat.page.reload();
    await isPressed('Bad answer');
  });

  test('that is called bad is so at once, and then it is asked why, by keyboard alone', async () => {
    await chat.button('Bad answer').press('Enter');
    await eventually(async () => (await stored()) === 'down');
    await eventually(() => chat.hasKeyboard(reason('Incorrect')));
    expect(await chat.page.getByRole('group', { name: 'What was wrong?' }).getByRole('radio').count()).toBe(5);
    expect(await chat.button('Send feedback').isDisabled()).toBe(true);
    await comment().fill('  It is\nthe wrong place.  ');
    await chat.button('Send feedback').press('Enter');
    await isClosed();
    expect(await feedback()).toEqual({ rating: 'down', comment: 'It is\nthe wrong place.' });
    expect(await chat.hasKeyboard(chat.button('Bad answer'))).toBe(true);
    await chat.messages.getByRole('status').filter({ hasText: 'Thanks for your feedback.' }).waitFor();
    await isPressed('Bad answer');
  });

  test.each(['Skip', 'Escape', 'Good answer'])('is not asked about any longer after %s', async (by) => {
    await chat.button('Bad answer').click();
    await comment().fill('Unsaid');
    if (by === 'Escape') await comment().press('Escape');
    else await chat.button(by).click();
    await isClosed();
    if (by === 'Good answer') await isPressed('Good answer');
    else expect(await chat.hasKeyboard(chat.button('Bad answer'))).toBe(true);
    await eventually(async () => (await stored()) === (by === 'Good answer' ? 'up' : 'down'));
    expect(await feedback()).not.toHaveProperty('comment');
  });

  test('can be told more of later, and that stops no answer', async () => {
    await chat.button('Bad answer').click();
    await chat.button('Skip').click();
    world.upstream.enqueue({ deltas: ['half of it', world.upstream.gate()] });
    await chat.send('And then?');
    await chat.page.getByText('half of it').waitFor();
    await chat.buttonOf(1, 'Bad answer').click();
    await comment().press('Escape');
    await isClosed();
    expect(await chat.button('Stop').isEnabled()).toBe(true);
    await chat.button('Stop').click();
    await chat.isIdle();
  });

  test('keeps what is said of it where that cannot be stored, and tells so', async () => {
    await chat.button('Bad answer').click();
    await eventually(async () => (await stored()) === 'down');
    await chat.page.route('**/chat/feedback', (route) => route.abort());
    await comment().fill('It is wrong.');
    await chat.button('Send feedback').click();
    await chat.page.getByRole('alert').getByText('Your feedback could not be sent.').waitFor();
    expect(await comment().inputValue()).toBe('It is wrong.');
    await chat.page.unroute('**/chat/feedback');
    await chat.button('Send feedback').click();
    await isClosed();
    expect(await feedback()).toEqual({ rating: 'down', comment: 'It is wrong.' });
  });

  test.each([
    ['Incorrect', 'incorrect'],
    ['Incomplete', 'incomplete'],
    ['Unsafe', 'unsafe'],
    ['Tone', 'tone'],
    ['Other', 'other'],
  ])('is bad for a reason: %s', async (name, value) => {
    await chat.button('Bad answer').click();
    await reason(name).check();
    await comment().fill('As I say.');
    await chat.button('Send feedback').click();
    await isClosed();
    expect(await feedback()).toEqual({ rating: 'down', reason: value, comment: 'As I say.' });
    // What is thought of it later has no reason.
    await chat.button('Good answer').click();
    await eventually(async () => (await stored()) === 'up');
    expect(await feedback()).toEqual({ rating: 'up' });
  });

  test('is rated as it was called last, however long the service takes for what was said before', async () => {
    const first = world.upstream.gate();
    const told: string[] = [];
    await chat.page.route('**/chat/feedback', async (route) => {
      const { rating } = route.request().postDataJSON();
      told.push(`${rating} is sent`);
      if (rating === 'down') await first.passed;
      const response = await route.fetch();
      told.push(`${rating} is kept`);
      await route.fulfill({ response });
    });
    await chat.button('Bad answer').click();
    await chat.button('Good answer').click();
    await isPressed('Good answer');
    first.open();
    await eventually(async () => (await stored()) === 'up' && told.length === 4);
    expect(told).toEqual(['down is sent', 'down is kept', 'up is sent', 'up is kept']);
    expect(await stored()).toBe('up');
  });

  test('is rated once by pressing the same button twice', async () => {
    const sent: string[] = [];
    chat.page.on('request', (request) => request.url().endsWith('/chat/feedback') && sent.push(request.url()));
    await chat.button('Good answer').dblclick();
    await eventually(async () => (await stored()) === 'up');
    expect(sent).toHaveLength(1);
    await isPressed('Good answer');
  });

  test('keeps its rating where another one cannot be stored, and that is said', async () => {
    await chat.button('Good answer').click();
    await eventually(async () => (await stored()) === 'up');
    await chat.page.route('**/chat/feedback', (route) => route.abort());
    await chat.button('Bad answer').click();
    await chat.page.getByText('Your rating could not be saved.').waitFor();
    await isPressed('Good answer');
    await chat.page.unroute('**/chat/feedback');
    await chat.button('Bad answer').click();
    await isPressed('Bad answer');
    expect(await chat.page.getByText('Your rating could not be saved.').count()).toBe(0);
    await eventually(async () => (await stored()) === 'down');
  });
});
