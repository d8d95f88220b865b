import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { buildApp } from '../local/build-app.ts';
import { ChatPage, startWorld } from '../test/browser/world.ts';
import { Client } from '../test/end-to-end/client.ts';
import { frameFigures, frameTimes } from './frames.ts';
import { median } from './median.ts';

// How large the chat page is, how soon it is painted and can be written into beside an empty page, and how smooth it
// stays while some 1,000 tokens a second stream into a long conversation, beside a new one. The cases take turns.
// Run: npx node bench/page.ts [--runs 15] [--tokens 5000] [--messages 500]

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '15' },
    tokens: { type: 'string', default: '5000' },
    messages: { type: 'string', default: '500' },
  },
});

await buildApp();
const world = await startWorld('memory');
const html = await (await fetch(world.url)).text();
console.log(`the page: ${html.length} bytes, ${gzipSync(html, { level: 9 }).length} gzipped`);

const empty = createServer((_, response) => {
  response.setHeader('content-type', 'text/html');
  response.end('<!doctype html><title>Empty</title><p>Empty</p><textarea></textarea>');
}).listen(0, '127.0.0.1');
await once(empty, 'listening');

/** Milliseconds from the navigation to the first paint, and until a message can be written. */
async function loadTimes(url: string): Promise<{ paint: number; interactive: number }> {
  const context = await world.browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  const interactive = await page.evaluate<number>(`new Promise((resolve) => {
    const look = () => document.querySelector('textarea') ? resolve(performance.now()) : setTimeout(look, 0);
    look();
  })`);
  const paint = await page.evaluate<number>(`new Promise((resolve) => {
    new PerformanceObserver((list) => resolve(list.getEntriesByName('first-contentful-paint')[0].startTime))
      .observe({ type: 'paint', buffered: true });
  })`);
  await context.close();
  return { paint, interactive };
}

const pages = [
  { name: 'an empty page', url: `http://127.0.0.1:${(empty.address() as AddressInfo).port}/` },
  { name: 'the chat page', url: world.url },
].map((each) => ({ ...each, times: [] as { paint: number; interactive: number }[] }));
for (let run = 0; run < Number(values.runs); run += 1) {
  for (const { url, times } of pages) times.push(await loadTimes(url));
}
const floor = pages[0]?.times ?? [];
const ratio = (times: typeof floor, of: 'paint' | 'interactive') => {
  const [own, least] = [median(times.map((time) => time[of])), median(floor.map((time) => time[of]))];
  return `${own.toFixed(0)} ms, ${(own / least).toFixed(2)} x`;
};
console.table(
  pages.map(({ name, times }) => ({
    page: name,
    'first paint': ratio(times, 'paint'),
    'can be written into': ratio(times, 'interactive'),
  })),
);

const words =
  'Sessions live in **Redis** and are `forgotten` an hour after their last use, as the settings say. '.split(' ');
const deltas = Array.from({ length: Number(values.tokens) }, (_, place) =>
  place % 120 === 119 ? '\n\n```ts\nawait redis.ping();\n```\n\n' : `${words[place % words.length]} `,
);

async function openWhole(page: Page, messages: number): Promise<void> {
  await page.waitForFunction(`document.querySelectorAll('.parley-list > li').length > 0`);
  while (Number(await page.evaluate(`document.querySelectorAll('.parley-list > li').length`)) < messages) {
    await page.evaluate(`document.querySelector('[aria-label=Messages]').scrollTo({ top: 0 })`);
  }
  await page.getByRole('button', { name: 'Jump to latest' }).click();
}

const client = new Client(world.host.url);
const { session_id: id } = await client.chat({ message: 'turn 1' });
for (let turn = 2; turn <= Number(values.messages) / 2; turn += 1)
  await client.chat({ session_id: id, message: `turn ${turn}` });
const cases = [
  { name: 'a new conversation', hash: '', messages: 0 },
  { name: `${values.messages} messages`, hash: `#${id}`, messages: Number(values.messages) },
].map((each) => ({ ...each, frames: [] as number[], rates: [] as number[] }));
for (let run = 0; run < 3; run += 1) {
  for (const { hash, messages, frames, rates } of cases) {
    const chat = await ChatPage.open(world, {}, hash);
    await chat.isIdle();
    if (messages > 0) await openWhole(chat.page, messages);
    const measured = await frameTimes(world, chat.page, deltas, () => chat.ask('Tell me all'));
    frames.push(...measured.frames);
    rates.push(measured.rate);
    await chat.close();
  }
}
console.table(
  cases.map(({ name, frames, rates }) => ({
    'streamed into': name,
    'tokens a second': median(rates).toFixed(0),
    ...frameFigures(frames),
  })),
);

empty.close();
await world.stop();
