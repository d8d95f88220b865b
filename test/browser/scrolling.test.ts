import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { breaksOff, ChatPage, startWorld, type World } from './world.ts';

let world: World;
let chat: ChatPage;
const long = 'It stays there.\n\n'.repeat(40);

beforeAll(async () => {
  world = await startWorld('memory');
});
afterAll(() => world.stop());
beforeEach(async () => {
  await new Client(world.host.url).delete('/chat/sessions');
  chat = await ChatPage.open(world, { viewport: { width: 800, height: 500 } });
  await chat.isIdle();
  world.upstream.enqueue({ deltas: [long] });
  await chat.ask('Where do sessions go?');
  // What the list has not gone to is not left either.
  await isAtEnd();
  await chat.list.evaluate((list) => list.scrollTo({ top: 100 }));
  await chat.button('Jump to latest').waitFor();
});
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
});

const fromEnd = () =>
  chat.list.evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight);
const isAtEnd = () => eventually(async () => (await fromEnd()) < 2);
/** That the page goes along with an answer from its beginning to its end. */
async function followsTheAnswer(ask: () => Promise<unknown>): Promise<void> {
  const gate = world.upstream.gate();
  world.upstream.enqueue({ deltas: ['It begins.', gate, `\n\n${long}`, 'It ends.'] });
  await ask();
  await chat.page.getByText('It begins.').waitFor();
  await isAtEnd();
  gate.open();
  await chat.page.getByText('It ends.').waitFor();
  await chat.isIdle();
  await isAtEnd();
  expect(await chat.button('Jump to latest').count()).toBe(0);
}

test('a message that is sent while its user reads further up is shown, and so is its answer', () =>
  followsTheAnswer(() => chat.send('And for how long?')));

test('the answer to a message that is sent again from further up is shown', () =>
  followsTheAnswer(() => chat.buttonOf(0, 'Send again').click()));

test('the answer to a message that is edited further up is shown', () =>
  followsTheAnswer(() => chat.edit(0, 'Where do they go?')));

test('another answer in place of one is shown from its beginning to its end', () =>
  followsTheAnswer(() => chat.buttonOf(1, 'Regenerate').click()));

test('the answer to what is tried again is shown, though the user read further up meanwhile', async () => {
  world.upstream.enqueue(breaksOff);
  await chat.send('And for how long?');
  await chat.alert.waitFor();
  await chat.list.evaluate((list) => list.scrollTo({ top: 100 }));
  await chat.button('Jump to latest').waitFor();
  await followsTheAnswer(() => chat.button('Try again').click());
});

test('what somebody reads further up stays where it is while an answer grows, whoever asked', async () => {
  const gate = world.upstream.gate();
  world.upstream.enqueue({ deltas: ['It begins.', gate, `\n\n${long}`] });
  await chat.send('And for how long?');
  await chat.page.getByText('It begins.').waitFor();
  await isAtEnd();
  await chat.list.evaluate((list) => list.scrollTo({ top: 100 }));
  await chat.button('Jump to latest').waitFor();
  gate.open();
  await chat.isIdle();
  expect(await chat.list.evaluate(({ scrollTop }) => scrollTop)).toBe(100);
});

test('the newest message stays in sight when the page becomes smaller, as above the keyboard of a phone', async () => {
  await chat.button('Jump to latest').click();
  await isAtEnd();
  for (const height of [300, 500, 350]) {
    await chat.page.setViewportSize({ width: 800, height });
    await isAtEnd();
  }
  expect(await chat.button('Jump to latest').count()).toBe(0);
});

test('the newest message is shown when a long conversation is opened', async () => {
  const client = new Client(world.host.url);
  const { session_id } = await client.chat({ message: 'turn 1' });
  for (let turn = 2; turn <= 30; turn += 1) {
    world.upstream.enqueue({ deltas: [turn % 2 ? 'Short.' : long] });
    await client.chat({ session_id, message: `turn ${turn}` });
  }
  await chat.page.goto('about:blank');
  await chat.page.goto(`${world.url}#${session_id}`);
  await chat.page.getByText('turn 30').waitFor();
  await isAtEnd();
  expect(await chat.button('Jump to latest').count()).toBe(0);
});

test('what is unfolded at the end stays in sight, however long it is; what is short is shown whole', async () => {
  world.upstream.enqueue({ deltas: [`<think>${'It may be so.\n\n'.repeat(80)}</think>Yes.`] });
  await chat.ask('Are you sure?');
  world.upstream.enqueue({ deltas: ['<think>Twice, then.</think>Yes, I am.'] });
  await chat.ask('Really?');
  await isAtEnd();
  const thoughts = chat.list.locator('summary');
  const heightOf = (place: number) => thoughts.nth(place).evaluate((summary) => summary.getBoundingClientRect().top);
  await thoughts.nth(1).click();
  await chat.page.getByText('Twice, then.').waitFor();
  await isAtEnd();
  const edge = await chat.list.evaluate((list) => list.getBoundingClientRect().top);
  await thoughts.nth(0).click();
  await chat.button('Jump to latest').waitFor();
  // Where a browser scrolls to it first, its edge is the edge of the list.
  expect(await heightOf(0)).toBeGreaterThan(edge - 1);
  await chat.button('Jump to latest').click();
  await isAtEnd();
});

test('a press in a panel that its page can fold away keeps nobody from following', async () => {
  await chat.button('Jump to latest').click();
  await isAtEnd();
  await chat.list.evaluate((list) => {
    document.body.setAttribute('aria-expanded', 'true');
    list.querySelector<HTMLElement>('.parley-message')?.click();
    const more = document.createElement('li');
    more.style.height = '1000px';
    list.querySelector('.parley-list')?.append(more);
  });
  await isAtEnd();
});
