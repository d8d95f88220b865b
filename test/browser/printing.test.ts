import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
let chat: ChatPage;

beforeAll(async () => {
  // No summary is asked for, which would take the answer of a turn.
  world = await startWorld('memory', { CONTEXT_OVERFLOW: 'drop' });
});
afterAll(() => world.stop());
beforeEach(async () => {
  chat = await ChatPage.open(world, { colorScheme: 'dark' });
  await chat.isIdle();
});
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
});

/** The text of each page that is printed. */
async function printed(): Promise<string[]> {
  const pdf = await chat.page.pdf({ format: 'A4' });
  const text = execFileSync('pdftotext', ['-layout', '-', '-'], { input: pdf, encoding: 'utf8' });
  return text.split('\f').slice(0, -1);
}

test('a print shows the conversation whole, who said what, and nothing that is there to be used', async () => {
  const client = new Client(world.host.url);
  const paragraph = (turn: number) => `Answer ${turn} begins. ${'It stays there. '.repeat(60)}Answer ${turn} ends.`;
  world.upstream.enqueue({ deltas: [paragraph(1)] });
  const { session_id } = await client.chat({ message: 'question 1' });
  for (let turn = 2; turn <= 20; turn += 1) {
    world.upstream.enqueue({ deltas: [paragraph(turn)] });
    await client.chat({ session_id, message: `question ${turn}` });
  }
  await chat.page.goto('about:blank');
  await chat.page.goto(`${world.url}#${session_id}`);
  await chat.messages.nth(39).waitFor();
  // Beside the title stands with whom the conversation is, once that is read.
  await chat.page.locator('header .parley-with').waitFor();
  const pages = await printed();
  expect(pages.length).toBeGreaterThanOrEqual(4);
  const text = pages.join('\n');
  for (let turn = 1; turn <= 20; turn += 1) {
    expect(text.match(new RegExp(`question ${turn}\\n`, 'g'))).toHaveLength(1);
    expect(text).toContain(`Answer ${turn} begins.`);
    expect(text).toContain(`Answer ${turn} ends.`);
  }
  expect(text.match(/You said/g)).toHaveLength(20);
  expect(text.match(/Assistant said/g)).toHaveLength(20);
  expect(pages[0]?.trimStart()).toMatch(/^question 1/);
  for (const used of ['Copy', 'Regenerate', 'Conversations', 'New conversation', 'Send', 'Write a message', 'tokens']) {
    expect(text).not.toContain(used);
  }
  // Every page is used.
  for (const page of pages.slice(0, -1)) expect(page.length).toBeGreaterThan(1000);
});

test('a print cuts nothing off, and names the addresses of links', async () => {
  const line = `const everything = [${'"a long line of code", '.repeat(12)}"its end"];`;
  world.upstream.enqueue({
    deltas: [`See [the docs](https://example.com/docs).\n\n\`\`\`js\n${line}\n\`\`\`\n\n| a |\n|---|\n| the table |`],
  });
  await chat.ask('How?');
  const text = (await printed()).join('').replaceAll(/\s+/g, ' ');
  expect(text).toContain('the docs (https://example.com/docs)');
  expect(text).toContain('"its end"];');
  expect(text).toContain('the table');
});

test('a print is dark on white, also where the screen is light on dark', async () => {
  await chat.ask('How?');
  await chat.page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const colours = await chat.page.evaluate(() => {
    const of = (part: string) => getComputedStyle(document.querySelector(part) as Element);
    return [
      of('.parley-panel').color,
      of('.parley-panel').backgroundColor,
      of('body').color,
      of('body').backgroundColor,
    ];
  });
  expect(colours).toEqual(['rgb(27, 27, 31)', 'rgb(255, 255, 255)', 'rgb(27, 27, 31)', 'rgb(255, 255, 255)']);
});
