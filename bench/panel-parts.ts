import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { buildApp } from '../local/build-app.ts';
import { bundlePage } from '../test/browser/bundle-page.ts';
import { ChatPage, startWorld } from '../test/browser/world.ts';
import { Client } from '../test/end-to-end/client.ts';
import { frameFigures, frameTimes } from './frames.ts';
import { median } from './median.ts';

// How large a chat of Parley's own list and composer is beside one of assistant-ui's primitives, and how smooth both stay
// while some 1,000 tokens a second stream into a long conversation. The answers are plain text: the chat page parses them
// as Markdown all the same, the page of assistant-ui's parts does not. The cases take turns.
// Run: npx node bench/panel-parts.ts [--runs 5] [--tokens 5000] [--messages 1000]

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    tokens: { type: 'string', default: '5000' },
    messages: { type: 'string', default: '1000' },
  },
});
const count = Number(values.messages);
const deltas = Array.from({ length: Number(values.tokens) }, (_, place) =>
  place % 80 === 79 ? 'words.\n\n' : 'words ',
);

const source = 'packages/parley-client/src';
const chats = {
  'ChatPanel, without its Markdown': `export { ChatPanel } from './${source}/react/index.ts'`,
  'of it the client and the conversation': `
    export { ParleyClient } from './${source}/index.ts';
    export { Conversation } from './${source}/conversation/conversation.ts';`,
  'assistant-ui’s primitives on useParleyRuntime': `export { App } from './test/browser/assistant-ui/App.tsx'`,
  'of it useParleyRuntime': `export { useParleyRuntime } from './${source}/assistant-ui/index.ts'`,
};

/** Bytes of a chat as a browser gets it, without React. */
async function sizesOf(name: string, contents: string): Promise<object> {
  const alone = name.startsWith('of it') ? ['@assistant-ui/react'] : [];
  const { outputFiles } = await build({
    ...{ bundle: true, minify: true, write: false, format: 'esm', jsx: 'automatic', legalComments: 'none' },
    stdin: { contents, resolveDir: '.' },
    external: ['react', 'react-dom', ...alone],
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [
      {
        name: 'without-markdown',
        setup({ onLoad }) {
          const plain = 'export const Markdown = ({ text }) => text;';
          onLoad({ filter: /\/markdown\/Markdown\.tsx$/ }, () => ({ contents: plain, loader: 'tsx' }));
        },
      },
    ],
  });
  const [{ contents: bytes } = { contents: new Uint8Array() }] = outputFiles;
  return { chat: name, bytes: bytes.length, gzipped: gzipSync(bytes, { level: 9 }).length };
}

console.table(await Promise.all(Object.entries(chats).map(([name, contents]) => sizesOf(name, contents))));

await buildApp();
const world = await startWorld('memory');
const html = await bundlePage('assistant-ui');
const client = new Client(world.host.url);

async function newConversation(): Promise<string> {
  const { session_id } = await client.chat({ message: 'turn 1' });
  for (let turn = 2; turn <= count / 2; turn += 1) await client.chat({ session_id, message: `turn ${turn}` });
  return String(session_id);
}

interface Opened {
  page: Page;
  /** Asks the next message, and resolves when its answer is whole. */
  ask: () => Promise<void>;
}

interface Case {
  name: string;
  /** Opens a page that shows the whole conversation. */
  open(id: string): Promise<Opened>;
}

/** @param shown how many messages the page shows while none is under way: asked seldom, as it takes the page's time */
async function ready(page: Page, shown: string): Promise<Opened> {
  await page.locator('textarea').first().fill('Tell me all');
  return {
    page,
    async ask() {
      await page.keyboard.press('Enter');
      await page.evaluate(`new Promise((resolve) => {
        const look = () => (${shown}) === ${count + 2} ? resolve() : setTimeout(look, 100);
        look();
      })`);
    },
  };
}

const own: Case = {
  name: 'Parley’s own, in the chat page',
  async open(id) {
    const chat = await ChatPage.open(world, {}, `#${id}`);
    const { page } = chat;
    await chat.isIdle();
    while ((await chat.messages.count()) < count) {
      await page.evaluate(`document.querySelector('[aria-label=Messages]').scrollTo({ top: 0 })`);
    }
    await page.evaluate(`document.querySelector('[aria-label=Messages]').scrollTo({ top: 1e9 })`);
    return ready(page, `document.querySelectorAll('.parley-list:not(.parley-busy) > .parley-message').length`);
  },
};

/** As the chat page's list has it: what is out of sight is not laid out. */
const style = `
  .viewport { height: 70vh; overflow-y: auto; }
  .message { content-visibility: auto; contain-intrinsic-size: auto 6rem; }`;

const others: Case = {
  name: 'assistant-ui’s primitives',
  async open(id) {
    const page = await (await world.browser.newContext()).newPage();
    await page.route('**/fixture', (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await page.addInitScript(`sessionStorage.setItem('session', '${id}')`);
    await page.goto(new URL('/fixture', world.url).href);
    await page.addStyleTag({ content: style });
    await page.locator('output', { hasText: /^ready$/ }).waitFor();
    const messages = page.locator('.message');
    while ((await messages.count()) < count) {
      const before = await messages.count();
      await page.getByRole('button', { name: 'Earlier' }).click();
      await messages.nth(before).waitFor();
    }
    await page.evaluate(`document.querySelector('.viewport').scrollTo({ top: 1e9 })`);
    return ready(
      page,
      `document.querySelector('output').textContent === 'ready' && document.querySelectorAll('.message').length`,
    );
  },
};

/** Tells what the page's main thread has worked since, in milliseconds. */
async function workOf(page: Page): Promise<() => Promise<number>> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  const now = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
  };
  const before = await now();
  return async () => (await now()) - before;
}

const cases = [own, others].map((each) => ({
  ...each,
  frames: [] as number[],
  rates: [] as number[],
  work: [] as number[],
  longest: [] as number[],
}));
for (let run = 0; run < Number(values.runs); run += 1) {
  for (const each of cases) {
    const { page, ask } = await each.open(await newConversation());
    const work = await workOf(page);
    const { frames, rate } = await frameTimes(world, page, deltas, ask);
    each.work.push(await work());
    each.frames.push(...frames);
    each.longest.push(Math.max(...frames));
    each.rates.push(rate);
    await page.context().close();
  }
}
console.table(
  cases.map(({ name, frames, rates, work, longest }) => ({
    parts: name,
    'tokens a second': median(rates).toFixed(0),
    ...frameFigures(frames),
    // What else the machine does only makes it longer.
    'longest of the quietest run, ms': Math.min(...longest).toFixed(1),
    'main thread, s': (Math.min(...work) / 1000).toFixed(2),
  })),
);
await world.stop();
