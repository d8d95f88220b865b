import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Assistant } from '../../packages/parley-client/src/index.ts';
import { type LanguageTag, languages } from '../../web/page/languages/languages.ts';
import { Client } from '../end-to-end/client.ts';
import { englishBut, saidOn } from './left-in-english.ts';
import { openShop, type Shop } from './shop.ts';
import { shopAssistant, states } from './states.ts';
import { violationsOf } from './violations.ts';
import { ChatPage, startWorld } from './world.ts';

let world: Shop;
/** What the service says of its assistants, in whatever language that was written. */
let assistants: string[];
beforeAll(async () => {
  world = await openShop('memory', shopAssistant);
  const told = await (await new Client(world.host.url).get('/chat/assistants')).json();
  assistants = (told as { assistants: Assistant[] }).assistants.flatMap(({ title, description }) => [
    title,
    description,
  ]);
});
afterAll(() => world.stop());
afterEach(async () => {
  await world.network.stop();
  await world.network.listen();
  await new Client(world.host.url).delete('/chat/sessions');
});

const picker = ({ page }: ChatPage) => page.locator('.parley-languages select');

/** Also from where it is out of sight, or behind a dialog. */
async function pick(chat: ChatPage, language: LanguageTag): Promise<void> {
  await picker(chat).selectOption(language, { force: true });
  await chat.page.locator(`html[lang="${language}"]`).waitFor({ state: 'attached' });
}

test.each(Object.entries(states))('in the state %s no English is left in any other language', async (_, reach) => {
  const chat = await ChatPage.open(world);
  await chat.isIdle();
  await reach(chat, world);
  for (const language of Object.keys(languages) as LanguageTag[]) {
    if (language === 'en') continue;
    await pick(chat, language);
    const english = englishBut(language, assistants);
    const said = await saidOn(chat.page);
    expect(said.filter((text) => english.some((pattern) => pattern.test(text)))).toEqual([]);
  }
  await pick(chat, 'ar');
  // Values stand between marks of direction there: what is left is the page's own.
  const own = (await saidOn(chat.page)).map((text) => text.replaceAll(/\u2068[^\u2069]*\u2069/g, ''));
  expect(own.filter((text) => /[a-z]{2}/i.test(text) && !assistants.includes(text))).toEqual([]);
  expect(await chat.isTooWide()).toBe(false);
  expect(await violationsOf(chat.page)).toEqual([]);
  await chat.close();
});

describe('the language of the page', () => {
  const isIn = ({ page }: ChatPage) =>
    page.evaluate(() => [document.documentElement.lang, document.documentElement.dir, document.title]);

  test.each(['en', 'de', 'fr', 'es', 'ja', 'ar'] as const)(
    'is %s from the start, where the browser wants that',
    async (language) => {
      const chat = await ChatPage.open(world, { locale: language });
      const { page, panel } = languages[language];
      await chat.page.getByRole('textbox', { name: panel.message, exact: true }).waitFor();
      await chat.page.getByRole('button', { name: page.newConversation }).first().waitFor();
      expect(await picker(chat).inputValue()).toBe(language);
      expect(await isIn(chat)).toEqual([language, language === 'ar' ? 'rtl' : 'ltr', 'Parley']);
      expect(chat.complaints).toEqual([]);
      await chat.close();
    },
  );

  test('is the one that its user picks, also at the next visit and in other tabs, until they pick another', async () => {
    const chat = await ChatPage.open(world, { locale: 'fr' });
    await chat.isIdle();
    await pick(chat, 'ar');
    expect(await isIn(chat)).toEqual(['ar', 'rtl', 'Parley']);
    await chat.page.reload();
    await chat.page.getByRole('button', { name: languages.ar.page.newConversation }).waitFor();
    expect(await isIn(chat)).toEqual(['ar', 'rtl', 'Parley']);
    const other = await chat.openTab();
    await other.page.getByRole('button', { name: languages.ar.page.newConversation }).waitFor();
    await pick(other, 'de');
    expect(await isIn(other)).toEqual(['de', 'ltr', 'Parley']);
    await other.page.reload();
    await other.page.getByRole('textbox', { name: languages.de.panel.message, exact: true }).waitFor();
    expect([...chat.complaints, ...other.complaints]).toEqual([]);
    await chat.close();
  });

  test('is picked by the name that it has in itself', async () => {
    const chat = await ChatPage.open(world);
    await picker(chat).waitFor({ state: 'attached' });
    const options = await chat.page.getByLabel('Language').locator('option').all();
    const told = await Promise.all(
      options.map(async (each) => [await each.innerText(), await each.getAttribute('lang')]),
    );
    expect(told).toEqual([
      ['English', 'en'],
      ['Deutsch', 'de'],
      ['Français', 'fr'],
      ['Español', 'es'],
      ['日本語', 'ja'],
      ['العربية', 'ar'],
    ]);
    await chat.close();
  });

  test('changes while an answer is on its way, of which no word is lost', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['Into ', gate, 'Redis.'] });
    const chat = await ChatPage.open(world);
    await chat.send('Where do sessions go?');
    await chat.page.getByText('Into').waitFor();
    await pick(chat, 'ja');
    gate.open();
    await chat.isIdle();
    await chat.page.getByRole('status').filter({ hasText: 'Assistant の回答: Into Redis.' }).waitFor();
    expect(await violationsOf(chat.page)).toEqual([]);
    await pick(chat, 'en');
    expect(await chat.texts()).toEqual(['Where do sessions go?', 'Into Redis.']);
    expect(chat.asked).toHaveLength(1);
    await chat.close();
  });

  test('says how numbers and times are written, in the region that the browser is of', async () => {
    const chat = await ChatPage.open(world, { locale: 'de-CH', timezoneId: 'Europe/Zurich' });
    await chat.isIdle();
    await pick(chat, 'de');
    world.upstream.enqueue({ deltas: ['Yes'], usage: { prompt_tokens: 90, completion_tokens: 12_345 } });
    await chat.input.or(chat.page.getByRole('textbox')).fill('Hello');
    await chat.page.keyboard.press('Enter');
    await chat.page.getByRole('button', { name: /^\d+.?% des Kontexts belegt · Antwort: 12['’]345 Token/ }).waitFor();
    await chat.page.getByText(/^Aufbewahrt bis \d\d:\d\d$/).waitFor();
    await chat.close();
  });

  test('is that of what went wrong with a conversation that was to be deleted', async () => {
    const chat = await ChatPage.open(world);
    await chat.ask('Hello');
    await pick(chat, 'es');
    const problem = { status: 503, code: 'store-unavailable', title: 'No', detail: 'Not now.', retryable: true };
    await chat.page.route('**/chat/history/*', (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
    );
    await chat.button('Acciones para Hello').click();
    await chat.page.getByRole('menuitem', { name: 'Eliminar' }).click();
    await chat.button('Eliminar').click();
    const { 'store-unavailable': reason } = languages.es.panel;
    expect(await chat.alert.innerText()).toBe(`No se pudo eliminar la conversación: ${reason}`);
    await chat.close();
  });

  test.each([320, 1440])(
    'in Arabic, at %d pixels: the page runs from right to left, code and models’ text as they are',
    async (width) => {
      const chat = await ChatPage.open(world, { viewport: { width, height: 800 } });
      world.upstream.enqueue({ deltas: ['Use `REDIS_URL`:\n\n```ts\nconst a = 1;\n```'] });
      await chat.ask('Where do sessions go?');
      await pick(chat, 'ar');
      const directionOf = (selector: string) =>
        chat.page
          .locator(selector)
          .first()
          .evaluate((element) => getComputedStyle(element).direction);
      expect(await directionOf('.parley-panel')).toBe('rtl');
      expect(await Promise.all(['pre', 'code', '.parley-verbatim', '.parley-markdown p'].map(directionOf))).toEqual(
        Array(4).fill('ltr'),
      );
      expect(await chat.isTooWide()).toBe(false);
      await chat.close();
    },
  );
});

test('a company that offers some languages has those to pick, and of what was picked before no other', async () => {
  const two = await startWorld('memory', { BRAND_LANGUAGES: 'de,fr' });
  const chat = await ChatPage.open(two, { locale: 'fr' });
  await picker(chat).waitFor({ state: 'attached' });
  expect(await picker(chat).locator('option').allInnerTexts()).toEqual(['Deutsch', 'Français']);
  await chat.page.evaluate(() => localStorage.setItem('parley:language', 'ja'));
  await chat.page.reload();
  await chat.page.getByRole('textbox', { name: languages.fr.panel.message, exact: true }).waitFor();
  await two.stop();

  const one = await startWorld('memory', { BRAND_LANGUAGES: 'es' });
  const spanish = await ChatPage.open(one);
  await spanish.page.getByRole('textbox', { name: languages.es.panel.message, exact: true }).waitFor();
  expect(await picker(spanish).count()).toBe(0);
  await one.stop();
});

test.each(['de', 'ja', 'ar'] as const)(
  'who is to sign in is told so in %s, and can pick another language',
  async (language) => {
    const keyed = await startWorld('memory', { AUTH_MODE: 'key' });
    const chat = await ChatPage.open(keyed);
    await chat.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await pick(chat, language);
    await chat.page.getByRole('heading', { name: languages[language].page.signIn }).waitFor();
    const english = englishBut(language, assistants);
    expect((await saidOn(chat.page)).filter((text) => english.some((pattern) => pattern.test(text)))).toEqual([]);
    expect(await violationsOf(chat.page)).toEqual([]);
    await keyed.stop();
  },
);
