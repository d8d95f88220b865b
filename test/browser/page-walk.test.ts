import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { openShop, type Shop } from './shop.ts';
import { shopAssistant, states } from './states.ts';
import { whereItIs } from './where-it-is.ts';
import { ChatPage } from './world.ts';

// docs/page-walk.md: what somebody meets who walks through the page by Tab, and what a screen reader is given of it. After a
// change that is meant to be: npx vitest run test/browser/page-walk.test.ts -u

let world: Shop;
beforeAll(async () => {
  world = await openShop('memory', shopAssistant);
});
afterAll(() => world.stop());

/** Tab comes around sooner, or is caught. */
const MOST_STOPS = 60;

/** The states, each with what a screen reader is told of it last. */
const walked = {
  empty: /^$/,
  answered: / said: /,
  'step-opened': / said: /,
  'approvals-asked': /Your approval is needed/,
  failed: /^$/,
  'asked-why': / said: /,
  queued: /is answering/,
  searched: / said: /,
};

test('the page is walked through by keyboard, and read by a screen reader, as docs/page-walk.md says', async () => {
  const parts: string[] = [];
  const client = new Client(world.host.url);
  // Until the tokenizer is loaded, figures are bounds.
  await eventually(async () => !(await client.chat({ message: 'Hello' })).context.estimated);
  await client.delete('/chat/sessions');
  for (const [state, told] of Object.entries(walked)) {
    const viewport = { width: 1280, height: 1200 };
    const chat = await ChatPage.open(world, { viewport, locale: 'en-US', timezoneId: whereItIs(12) });
    await chat.isIdle();
    await states[state]?.(chat, world);
    if (state === 'empty') await chat.page.getByText('Your conversations will be listed here.').waitFor();
    else await chat.page.locator('header .parley-with').waitFor();
    // The service has listed the conversation.
    if (state !== 'empty' && state !== 'failed') await chat.page.getByText('Kept until').waitFor();
    const heard = chat.page.locator('.parley-panel > [role=status]').last();
    await eventually(async () => told.test((await heard.textContent()) ?? ''));
    parts.push(
      `## ${state}`,
      fenced(await treeOf(chat)),
      'By Tab, from the beginning of the page:',
      await stopsOf(chat),
    );
    await chat.close();
    await client.delete('/chat/sessions');
  }
  const intro = await readFile(new URL('page-walk-intro.md', import.meta.url), 'utf8');
  await expect([intro.trim(), ...parts, ''].join('\n\n')).toMatchFileSnapshot('../../docs/page-walk.md');
});

/** The page as the tree of roles and names that screen readers are given. */
async function treeOf({ page }: ChatPage): Promise<string> {
  return steady(await page.locator('body').ariaSnapshot());
}

/** Everything that Tab stops at, once around. */
async function stopsOf({ page }: ChatPage): Promise<string> {
  const stops: string[] = [];
  const seen = () =>
    page.evaluate(() => {
      const element = document.activeElement as (HTMLElement & { wasSeen?: true }) | null;
      if (element === null || element === document.body || element.wasSeen) return true;
      element.wasSeen = true;
      return false;
    });
  // The first of the page, which leads past the rest.
  await page.getByRole('button', { name: 'Skip to message field' }).focus();
  while (stops.length < MOST_STOPS && !(await seen())) {
    const [line = ''] = (await page.locator(':focus').ariaSnapshot()).split('\n');
    stops.push(`${stops.length + 1}. ${steady(line.replace(/^- /, '').replace(/:$/, ''))}`);
    await page.keyboard.press('Tab');
  }
  expect(stops.length).toBeGreaterThan(5);
  expect(stops.length).toBeLessThan(MOST_STOPS);
  return stops.join('\n');
}

/** Without what is another one in each run: times, ids, and how long a call took that took long. */
function steady(text: string): string {
  return text
    .replaceAll(/\d{1,2}:\d{2}(:\d{2})?\s[AP]M/g, '8:30 AM')
    .replaceAll(/#\/?[\w-]{36}/g, '#…')
    .replaceAll(/\n *- text: \d+(\.\d)?s$/gm, '')
    .replaceAll(/ \d+(\.\d)?s(?="|$)/gm, '');
}

function fenced(text: string): string {
  return `\`\`\`yaml\n${text}\n\`\`\``;
}
