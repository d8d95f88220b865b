import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { breaksOff, ChatPage, type StoreKind, startWorld, type World } from './world.ts';

describe.each<StoreKind>(['memory', 'redis'])('the list of conversations, with sessions in %s,', (store) => {
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
    chat = await ChatPage.open(world);
    await chat.isIdle();
  });
  afterEach(async () => {
    expect(chat.complaints).toEqual([]);
    await chat.close();
  });

  const lists = (...titles: string[]) =>
    eventually(async () => {
      const texts = await chat.page.locator('.parley-session').allInnerTexts();
      return JSON.stringify(texts) === JSON.stringify(titles);
    });
  const begin = async () => {
    await chat.button('New conversation').click();
    await chat.isIdle();
  };
  const listed = async () => {
    const { sessions } = (await (await client.get('/chat/sessions')).json()) as { sessions: { title: string }[] };
    return sessions.map(({ title }) => title);
  };

  test('has a new conversation as soon as its first answer is on its way', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['One', gate, ' and two.'] });
    await chat.send('About cats');
    await chat.page.getByText('One').waitFor();
    await lists('About cats');
    expect(await listed()).toEqual([]);
    expect(await chat.button('About cats').getAttribute('aria-current')).toBe('page');
    gate.open();
    await chat.isIdle();
    await lists('About cats');
    expect(await listed()).toEqual(['About cats']);
  });

  test('has a new conversation without a gap, however long the service takes to list it', async () => {
    const [gate, listing] = [world.upstream.gate(), world.upstream.gate()];
    world.upstream.enqueue({ deltas: ['One', gate, ' and two.'] });
    await chat.send('About cats');
    await chat.page.getByText('One').waitFor();
    await lists('About cats');
    await chat.page.route('**/chat/sessions*', async (route) => {
      await listing.passed;
      await route.continue();
    });
    const asked = chat.page.waitForRequest('**/chat/sessions*');
    gate.open();
    await asked;
    await chat.isIdle();
    expect(await chat.page.locator('.parley-session').allInnerTexts()).toEqual(['About cats']);
    const listed = chat.page.waitForResponse('**/chat/sessions*');
    listing.open();
    await listed;
    await lists('About cats');
  });

  test('has a conversation that was left in its first answer, and leads back to it', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['One', gate, ' and two.'] });
    await chat.send('About cats');
    await chat.page.getByText('One').waitFor();
    await begin();
    await lists('About cats');
    gate.open();
    // Nobody looks, and the list still learns that the service has it now.
    const listing = chat.page.waitForResponse(
      async (response) => response.url().includes('/chat/sessions') && (await response.text()).includes('About cats'),
    );
    await listing;
    await lists('About cats');
    await chat.page.reload();
    await lists('About cats');
    await chat.button('About cats').click();
    await eventually(async () => (await chat.texts()).join('|') === 'About cats|One and two.');
    expect(await chat.page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain('About cats');
  });

  test('has a conversation whose first answer has failed while nobody looked, and says so there', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ ...breaksOff, deltas: ['One', gate] });
    await chat.send('About cats');
    await chat.page.getByText('One').waitFor();
    await begin();
    gate.open();
    await eventually(() => world.upstream.requests.at(-1)?.isOver);
    await chat.button('About cats').click();
    await chat.alert.waitFor();
    expect(await chat.texts()).toEqual(['About cats']);
    await chat.button('Try again').click();
    await eventually(async () => (await chat.texts()).at(-1) === 'You said: About cats');
  });

  test('says that it could not be read, and tries again when it is told to', async () => {
    await chat.ask('About cats');
    await chat.page.route('**/chat/sessions*', (route) => route.fulfill({ status: 503 }));
    await chat.page.reload();
    const said = chat.page.getByRole('navigation').getByText('Your conversations could not be read.');
    await said.waitFor();
    await chat.page.unroute('**/chat/sessions*');
    await chat.page.getByRole('navigation').getByRole('button', { name: 'Try again' }).click();
    await lists('About cats');
    expect(await said.count()).toBe(0);
  });

  test('keeps what it has where it cannot be read anew, and says so', async () => {
    await chat.ask('About cats');
    await chat.page.route('**/chat/sessions*', (route) => route.fulfill({ status: 503 }));
    await chat.ask('More of them');
    await chat.page.getByText('Your conversations could not be read.').waitFor();
    await lists('About cats');
  });

  test('is whole where a conversation of it was changed while it was read', async () => {
    const { session_id } = await client.chat({ message: 'About cats' });
    await client.chat({ message: 'About dogs' });
    const read = world.upstream.gate();
    await chat.page.route('**/chat/sessions*', async (route) => {
      const response = await route.fetch();
      await read.passed;
      await route.fulfill({ response });
    });
    await chat.page.goto('about:blank');
    await chat.page.goto(`${world.url}#${session_id}`);
    await chat.button('Rename').click();
    await chat.page.keyboard.type('Of cats');
    await chat.page.keyboard.press('Enter');
    await eventually(async () => (await chat.title.innerText()) === 'Of cats');
    expect(await chat.sessions.count()).toBe(0);
    read.open();
    await lists('About dogs', 'Of cats');
  });

  test('the assistants say that they could not be read, and are read when that is wanted', async () => {
    await chat.page.route('**/chat/assistants', (route) => route.fulfill({ status: 503 }));
    await chat.page.reload();
    await chat.page.getByText('The assistants could not be read.').waitFor();
    await chat.page.unroute('**/chat/assistants');
    await chat.page.getByRole('main').getByRole('button', { name: 'Try again' }).click();
    await chat.page.getByRole('radio', { name: 'Assistant' }).waitFor();
  });
});

test.each([
  ['within a day by the time alone', '7200', /^Kept until \d\d?:\d\d [AP]M$/],
  ['later by the date', '864000', /^Kept until \w{3} \d\d?, \d{4}$/],
])('the page tells how long the conversation that is shown is kept: %s', async (_, seconds, told) => {
  const world = await startWorld('memory', { SESSION_TTL_SECONDS: seconds });
  const chat = await ChatPage.open(world, { locale: 'en-US' });
  await chat.ask('About cats');
  const text = await chat.page.locator('.parley-kept-until').innerText();
  expect(text.replaceAll('\u202f', ' ')).toMatch(told);
  await chat.button('New conversation').click();
  await chat.page.locator('.parley-kept-until').waitFor({ state: 'detached' });
  await world.stop();
});

test('of a service that does not say how long conversations are kept the page says nothing', async () => {
  const world = await startWorld('memory');
  const chat = await ChatPage.open(world);
  await chat.page.route('**/chat/sessions*', async (route) => {
    const response = await route.fetch();
    const { sessions, ...page } = (await response.json()) as { sessions: { expires?: string }[] };
    await route.fulfill({ response, json: { ...page, sessions: sessions.map(({ expires: _, ...rest }) => rest) } });
  });
  const listing = chat.page.waitForResponse(
    async (response) => response.url().includes('/chat/sessions') && (await response.text()).includes('About cats'),
  );
  await chat.ask('About cats');
  await listing;
  await chat.button('About cats').waitFor();
  expect(await chat.page.locator('.parley-kept-until').count()).toBe(0);
  expect(chat.complaints).toEqual([]);
  await world.stop();
});
