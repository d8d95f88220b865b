import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
let chat: ChatPage;

beforeAll(async () => {
  world = await startWorld('memory');
});
afterAll(() => world.stop());
beforeEach(async () => {
  chat = await ChatPage.open(world);
  await chat.isIdle();
  await chat.page.evaluate(() => {
    const heard: string[] = [];
    Object.assign(globalThis, { heard });
    const said = new WeakMap<Element, string | null>();
    new MutationObserver(() => {
      for (const region of document.querySelectorAll('[role=status], [role=alert], [aria-live]')) {
        const text = region.textContent;
        if (text && said.get(region) !== text) heard.push(text);
        said.set(region, text);
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
});
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
});

/** What a screen reader was told, from the beginning. */
const heard = () => chat.page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard);
const isHeard = (texts: string[]) => eventually(async () => JSON.stringify(await heard()) === JSON.stringify(texts));
/** The region that tells it. */
const told = () => chat.page.locator('.parley-panel > [role=status]').last();

test('hears once that an answer comes, and then a short answer, not its tokens', async () => {
  const words = Array.from({ length: 30 }, (_, place) => `word${place} `);
  world.upstream.enqueue({ deltas: words, delayMs: 10 });
  await chat.ask('Talk');
  await isHeard(['The assistant is answering.', `Assistant said: ${words.join('').trim()}`]);
});

test('hears that a long answer is there, which can be read then', async () => {
  world.upstream.enqueue({ deltas: ['It stays there. '.repeat(30)] });
  await chat.ask('Talk');
  await isHeard(['The assistant is answering.', 'The answer is ready.']);
});

test('hears no Markdown: neither its signs, nor the buttons of code, nor words run together', async () => {
  world.upstream.enqueue({
    deltas: [
      '# Begin\n\nUse **Redis** or `memory`, see [docs](https://example.com).\n\n- one\n- two\n\n',
      '| a | b |\n|---|---|\n| 1 | 2 |\n\n```sh\nnpm ci\nnpm start\n```\n\nDone\\\nindeed.',
    ],
  });
  await chat.ask('Talk');
  const answer = 'Begin Use Redis or memory, see docs. one two a b 1 2 npm ci npm start Done indeed.';
  await isHeard(['The assistant is answering.', `Assistant said: ${answer}`]);
});

test('hears an answer also where its user reads further up, so that it is out of sight', async () => {
  world.upstream.enqueue({ deltas: ['It stays there.\n\n'.repeat(60)] });
  await chat.ask('Talk');
  const gate = world.upstream.gate();
  world.upstream.enqueue({ deltas: ['Short ', gate, 'answer.'] });
  await chat.send('Talk again');
  await chat.page.getByText('Short').waitFor();
  await chat.list.evaluate((list) => list.scrollTo({ top: 0 }));
  await chat.button('Jump to latest').waitFor();
  gate.open();
  await eventually(async () => (await heard()).at(-1) === 'Assistant said: Short answer.');
});

test('hears how an answer ended that was cut short, and that one was stopped before its first word', async () => {
  world.upstream.enqueue({ deltas: ['Half of it'], finishReason: 'length' });
  await chat.ask('Talk');
  const ending = 'The answer ends here because it reached its maximum length.';
  await isHeard(['The assistant is answering.', `Assistant said: Half of it ${ending}`]);
  const gate = world.upstream.gate();
  world.upstream.enqueue({ deltas: [gate] });
  await chat.send('Again');
  await chat.button('Stop').click();
  await eventually(async () => (await heard()).at(-1) === 'Stopped.');
  expect((await heard()).slice(2)).toEqual(['The assistant is answering.', 'Stopped.']);
  gate.open();
});

test('hears why there is no answer, and nothing else', async () => {
  world.upstream.enqueue({ status: 400, body: { error: { message: 'no' } } });
  await chat.send('Talk');
  await chat.alert.waitFor();
  await isHeard(['The assistant is answering.', await chat.alert.innerText()]);
});

test('finds an answer once: what was told goes after a while', async () => {
  await chat.page.clock.install();
  world.upstream.enqueue({ deltas: ['Use Redis.'] });
  await chat.send('Talk');
  await eventually(async () => (await told().textContent()) === 'Assistant said: Use Redis.');
  await chat.page.clock.fastForward(11_000);
  await eventually(async () => (await told().textContent()) === '');
  expect(await chat.page.getByText('Use Redis.').count()).toBe(1);
  // Nothing is told again.
  expect(await heard()).toEqual(['The assistant is answering.', 'Assistant said: Use Redis.']);
});

test('goes from message to message by headings that say whose they are', async () => {
  await chat.ask('one');
  await chat.ask('two');
  const headings = chat.list.getByRole('heading', { level: 2 });
  expect(await headings.allTextContents()).toEqual(['You said', 'Assistant said', 'You said', 'Assistant said']);
  const first = chat.page.getByRole('heading').first();
  expect(await first.evaluate(({ localName, textContent }) => [localName, textContent])).toEqual(['h1', 'one']);
  expect(await chat.page.locator('h1').count()).toBe(1);
});
