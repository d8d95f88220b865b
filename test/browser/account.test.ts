import { beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { startEasyAuth } from '../identity/easy-auth-front.ts';
import { inOneDay } from '../time-windows.ts';
import { violationsOf } from './violations.ts';
import { ChatPage, startWorld, type World } from './world.ts';

/** @param env of the service, whose page `use` tries */
async function withPage(
  env: Record<string, string>,
  use: (chat: ChatPage, world: World) => Promise<void>,
): Promise<void> {
  const world = await startWorld('memory', env);
  try {
    const chat = await ChatPage.open(world);
    await use(chat, world);
    expect(chat.complaints).toEqual([]);
  } finally {
    await world.stop();
  }
}

const signIn = async ({ page }: ChatPage, user: string) => {
  await page.getByLabel('Function key').fill('a-function-key');
  await page.getByLabel('User').fill(user);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: user }).waitFor();
};

const signOut = async ({ page }: ChatPage, user: string) => {
  await page.getByRole('button', { name: user }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
};

const keptIn = (chat: ChatPage) => chat.page.evaluate(() => Object.entries(sessionStorage));

describe('the user’s menu', () => {
  test('has nobody to sign out where nobody signs in, and the language', () =>
    withPage({ AUTH_MODE: 'open' }, async ({ page }) => {
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByLabel('Language').selectOption('en');
      expect(await page.getByRole('button', { name: 'Sign out' }).count()).toBe(0);
      await page.getByRole('button', { name: 'Settings', expanded: true }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByLabel('Language').waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'Settings', expanded: false }).waitFor();
    }));

  test('is not there where it would have nothing', () =>
    withPage({ AUTH_MODE: 'open', BRAND_LANGUAGES: 'en' }, async (chat) => {
      await chat.ask('Hello');
      expect(await chat.page.locator('.parley-account').count()).toBe(0);
    }));

  test('is named after the user, by keyboard opens, closes and gives the keyboard back', () =>
    withPage({ AUTH_MODE: 'key' }, async (chat) => {
      await signIn(chat, 'Alice B. Adams');
      const opening = chat.page.getByRole('button', { name: 'Alice B. Adams' });
      expect(await opening.innerText()).toMatch(/^AA\s*Alice B. Adams$/);
      await opening.focus();
      await chat.page.keyboard.press('Enter');
      await chat.page.keyboard.press('Tab');
      expect(await chat.hasKeyboard(chat.page.getByLabel('Language'))).toBe(true);
      await chat.page.keyboard.press('Tab');
      expect(await chat.hasKeyboard(chat.page.getByRole('button', { name: 'Sign out' }))).toBe(true);
      await chat.page.keyboard.press('Escape');
      await chat.page.getByRole('button', { name: 'Sign out' }).waitFor({ state: 'hidden' });
      expect(await chat.hasKeyboard(opening)).toBe(true);
    }));
});

describe('signing out', () => {
  test('leaves nothing of the user in the tab, nor on the way back', () =>
    withPage({ AUTH_MODE: 'key' }, async (chat, world) => {
      await signIn(chat, 'alice');
      await chat.ask('My secret');
      await chat.page.getByRole('button', { name: 'New conversation' }).first().click();
      await chat.input.fill('Another secret');
      await signOut(chat, 'alice');
      await chat.page.getByRole('heading', { name: 'Sign in' }).waitFor();
      expect(await keptIn(chat)).toEqual([]);
      expect(new URL(chat.page.url()).hash).toBe('');
      await chat.page.goBack();
      await chat.page.getByRole('heading', { name: 'Sign in' }).waitFor();
      expect(await chat.page.locator('body').innerText()).not.toContain('secret');
      await chat.page.goto(world.url);
      await signIn(chat, 'bob');
      await chat.isIdle();
      await chat.page.getByText('Your conversations will be listed here.').waitFor();
      expect(await chat.input.inputValue()).toBe('');
      expect(await chat.page.locator('body').innerText()).not.toContain('secret');
      expect(await chat.sessions.count()).toBe(0);
    }));

  test('leaves nothing of a question that is being answered', () =>
    withPage({ AUTH_MODE: 'key' }, async (chat, world) => {
      await signIn(chat, 'alice');
      const gate = world.upstream.gate();
      world.upstream.enqueue({ deltas: ['As ', gate, 'you know'] });
      await chat.send('My secret');
      await chat.page.getByText('As', { exact: true }).waitFor();
      await signOut(chat, 'alice');
      await chat.page.getByRole('heading', { name: 'Sign in' }).waitFor();
      gate.open();
      expect(await keptIn(chat)).toEqual([]);
    }));

  test('of the platform’s sign-in goes through the platform, which leads back to the page', () =>
    withPage({ AUTH_MODE: 'easyauth', WEBSITE_AUTH_ENABLED: 'true' }, async (_, world) => {
      const front = await startEasyAuth(world.host.url);
      const chat = await ChatPage.open(
        { browser: world.browser, url: `${front.url}/chat` },
        { extraHTTPHeaders: { authorization: 'Bearer alice' } },
      );
      await chat.page.route('**/.auth/logout*', (route) => route.fulfill({ body: 'Signed out by the platform' }));
      await chat.ask('My secret');
      await chat.page.getByRole('button', { name: 'alice@contoso.com' }).click();
      await chat.page.getByRole('button', { name: 'Sign out' }).click();
      await chat.page.getByText('Signed out by the platform').waitFor();
      expect(new URL(chat.page.url()).href).toBe(`${front.url}/.auth/logout?post_logout_redirect_uri=%2Fchat`);
      expect(await keptIn(chat)).toEqual([]);
      await chat.close();
      front.stop();
    }));
});

describe('what is left of the user’s limits', () => {
  const limits = { TOKEN_LIMIT_PER_DAY: '10000', RATE_LIMIT_PER_MINUTE: '20', AUTH_MODE: 'open' };
  const used = (prompt_tokens: number) => ({ deltas: ['Yes'], usage: { prompt_tokens, completion_tokens: 0 } });
  const line = ({ page }: ChatPage) => page.getByText(/usage is left/);
  beforeEach(inOneDay);
  const meter = ({ page }: ChatPage) => page.getByRole('meter', { name: 'Today' });
  /** Also while the menu is closed. */
  const left = ({ page }: ChatPage) =>
    page.locator('meter[aria-label="Today"]').evaluate((each: HTMLMeterElement) => each.value);

  test('stands in the menu always, and under the message field once less than 30 % are left', () =>
    withPage(limits, async (chat, { upstream }) => {
      await chat.page.getByRole('button', { name: 'Settings' }).click();
      await meter(chat).waitFor();
      expect(await left(chat)).toBe(1);
      await chat.page.keyboard.press('Escape');
      upstream.enqueue(used(6900));
      await chat.ask('Hello');
      await eventually(async () => (await left(chat)) === 0.31);
      expect(await line(chat).count()).toBe(0);
      upstream.enqueue(used(500));
      await chat.ask('And again');
      await line(chat).waitFor();
      expect(await line(chat).innerText()).toMatch(/^26% of today’s usage is left. It resets at \d\d?:\d\d.[AP]M\.$/);
      expect(await violationsOf(chat.page)).toEqual([]);
      await chat.page.getByRole('button', { name: 'Settings' }).click();
      expect(await left(chat)).toBe(0.26);
      expect(await violationsOf(chat.page)).toEqual([]);
    }));

  test('is read again when the user comes back, as it may have been used elsewhere', () =>
    withPage(limits, async (chat, { upstream, host }) => {
      await chat.isIdle();
      upstream.enqueue(used(8000));
      await fetch(`${host.url}/chat`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ message: 'From elsewhere' }),
      });
      await chat.page.clock.install();
      await chat.page.clock.fastForward(10_000);
      await chat.page.evaluate(() => window.dispatchEvent(new Event('focus')));
      await line(chat).waitFor();
    }));

  test('is told without a guess where it could not be read', () =>
    withPage(limits, async (chat) => {
      await chat.page.route('**/chat/usage', (route) => route.fulfill({ status: 503 }));
      await chat.page.reload();
      await chat.ask('Hello');
      expect(await line(chat).count()).toBe(0);
      await chat.page.getByRole('button', { name: 'Settings' }).click();
      await chat.page.getByLabel('Language').waitFor();
      expect(await chat.page.getByRole('meter').count()).toBe(0);
    }));
});
