import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { startHost } from '../host/start-host.ts';
import { ChatPage, startWorld, type World } from './world.ts';

const attack = 'document.documentElement.dataset.taken = "over"';
/** What would end the element that it stands in, and then run. */
const hostile = `</script></title></head><script>${attack}</script><img src=x onerror='${attack}'><!-- $& $1 \u2028 ]]> "'&lt;`;
const settings = {
  BRAND_NAME: '</title><script>1</script><!-- & $&',
  BRAND_LOGO:
    `<svg viewBox="0 0 8 8" width="8" height="8" onload='${attack}'><script>${attack}</script>` +
    '<image href="https://contoso.com/seen.png" width="8" height="8"/><path d="M0 0h8v8z"/></svg>',
  BRAND_ACCENT: 'light-dark(#7a0a3c, #ff9ec8)',
  BRAND_GREETING: JSON.stringify({ en: `Hi ${hostile}`, ar: `مرحبا ${hostile}` }),
  BRAND_DISCLAIMER: hostile,
  BRAND_RETENTION: hostile,
  BRAND_FOOTER: hostile.slice(0, 100),
  BRAND_FOOTER_URL: 'https://contoso.com/"><script>1</script>',
};

let world: World;
beforeAll(async () => {
  world = await startWorld('memory', settings);
});
afterAll(() => world.stop());

interface Told {
  logo: string;
  languages: string[];
  texts: Record<string, Record<string, string>>;
}

const blockOf = async ({ page }: ChatPage): Promise<Told> =>
  JSON.parse((await page.locator('script#branding').textContent()) ?? '');

describe('values that would break out', () => {
  test('are the page’s title and a block of data: nothing of them runs, loads or is refused, and the page works', async () => {
    const chat = await ChatPage.open(world);
    const requested: string[] = [];
    chat.page.on('request', (request) => requested.push(request.url()));
    await chat.page.reload();
    const shown = (text: string) =>
      chat.page.getByRole('main').getByText(text.trim().replaceAll(/\s+/g, ' '), { exact: true });
    await shown(`Hi ${hostile}`).waitFor();
    for (const text of [hostile, settings.BRAND_FOOTER]) await shown(text).first().waitFor();
    await chat.ask('Hello');
    expect(await chat.page.title()).toBe(settings.BRAND_NAME);
    const told = await blockOf(chat);
    expect(told).toMatchObject({
      name: settings.BRAND_NAME,
      colors: { light: { accent: '#7a0a3c', on_accent: '#ffffff' }, dark: { accent: '#ff9ec8', on_accent: '#000000' } },
      footer_url: settings.BRAND_FOOTER_URL,
    });
    expect(told.texts['en']).toEqual({
      greeting: `Hi ${hostile}`,
      disclaimer: hostile,
      retention: hostile,
      footer: settings.BRAND_FOOTER,
    });
    expect(await chat.page.evaluate(() => document.documentElement.dataset)).toEqual({});
    expect(await chat.page.locator('script').count()).toBe(2);
    // Of what is shown, the logo is a picture from the page itself.
    expect(await chat.page.locator('image, [onload], [onerror], img:not([src^="data:"])').count()).toBe(0);
    expect(requested.filter((url) => !url.startsWith(new URL(world.url).origin) && !url.startsWith('data:'))).toEqual(
      [],
    );
    expect(chat.complaints).toEqual([]);
    await chat.close();
  });

  test('are harmless where a page shows them: the logo is a picture, whose scripts do not run', async () => {
    const chat = await ChatPage.open(world);
    const size = await chat.page.evaluate(async () => {
      const { logo } = JSON.parse(document.getElementById('branding')?.textContent ?? '') as { logo: string };
      const image = new Image();
      image.src = logo;
      document.body.append(image);
      await image.decode();
      return image.naturalWidth;
    });
    expect(size).toBeGreaterThan(0);
    expect(await chat.page.evaluate(() => document.documentElement.dataset)).toEqual({});
    expect(chat.complaints).toEqual([]);
    await chat.close();
  });

  test('give the page no other policy than none at all', async () => {
    const plain = await startHost();
    const policy = async (url: string) => (await fetch(url)).headers.get('content-security-policy');
    expect(await policy(world.url)).toBe(await policy(`${plain.url}/chat`));
    await plain.stop();
  });
});

describe('the language of the page', () => {
  test.each([
    ['en-US', 'en', 'ltr', 'Hi'],
    ['de-CH', 'de', 'ltr', 'Hi'],
    ['ja', 'ja', 'ltr', 'Hi'],
    ['ar-EG', 'ar', 'rtl', 'مرحبا'],
    ['tlh', 'en', 'ltr', 'Hi'],
  ])('of a browser in %s is %s, and its direction %s', async (locale, language, direction, greeting) => {
    const chat = await ChatPage.open(world, { locale });
    const told = await chat.page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);
    expect(told).toEqual([language, direction]);
    expect((await blockOf(chat)).texts[language]?.['greeting']).toMatch(new RegExp(`^${greeting}`));
    expect(chat.complaints).toEqual([]);
    await chat.close();
  });

  test('is told apart by caches, and a browser that changes it gets the other page', async () => {
    const visit = (headers: Record<string, string>) => fetch(world.url, { headers });
    const [german, swiss, french] = await Promise.all(
      ['de', 'de-CH,fr;q=0.5', 'fr'].map((language) => visit({ 'accept-language': language })),
    );
    const tag = german?.headers.get('etag') ?? '';
    expect(swiss?.headers.get('etag')).toBe(tag);
    expect(french?.headers.get('etag')).not.toBe(tag);
    for (const response of [german, swiss, french]) {
      expect(response?.headers.get('vary')).toBe('Accept-Encoding, Accept-Language');
      await response?.body?.cancel();
    }
    expect((await visit({ 'accept-language': 'de', 'if-none-match': tag })).status).toBe(304);
    const other = await visit({ 'accept-language': 'fr', 'if-none-match': tag });
    expect([other.status, (await other.text()).includes('<html lang="fr" dir="ltr"')]).toEqual([200, true]);
  });

  test.each(['br', 'gzip', 'identity'])('is the same in the page as %s', async (coding) => {
    const response = await fetch(world.url, { headers: { 'accept-language': 'ar', 'accept-encoding': coding } });
    expect(response.headers.get('content-encoding')).toBe(coding === 'identity' ? null : coding);
    expect(await response.text()).toContain('<html lang="ar" dir="rtl"');
  });

  test('is found in headers that are none, also of 10 kB', async () => {
    for (const header of ['*', ';q=0', 'de;q=0', 'x'.repeat(10_000), `de${',x;q=0.1'.repeat(1250)}`, 'd%C3']) {
      const response = await fetch(world.url, { headers: { 'accept-language': header } });
      const [, language] = /<html lang="(\w+)"/.exec(await response.text()) ?? [];
      expect([response.status, language]).toEqual([200, header.startsWith('de,') ? 'de' : 'en']);
    }
  });
});

describe('GET /chat/branding', () => {
  test('is what the page is told, for whoever asks, and transferred once', async () => {
    const chat = await ChatPage.open(world);
    const client = new Client(world.host.url);
    const response = await client.get('/chat/branding');
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(await response.json()).toEqual(await blockOf(chat));
    const again = await client.get('/chat/branding', { 'if-none-match': response.headers.get('etag') ?? '' });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect((await client.get('/chat/branding', { 'if-none-match': '"another"' })).status).toBe(200);
    await chat.close();
  });

  test('wants no caller', async () => {
    const closed = await startHost({ env: { AUTH_MODE: 'key' } });
    const told = (await (await fetch(`${closed.url}/chat/branding`)).json()) as { name: string };
    expect(told.name).toBe('Parley');
    await closed.stop();
  });
});

test('languages that are not offered are not spoken', async () => {
  const two = await startHost({ env: { BRAND_LANGUAGES: 'de,fr' } });
  const language = async (accepted: string) => {
    const html = await (await fetch(`${two.url}/chat`, { headers: { 'accept-language': accepted } })).text();
    return /<html lang="(\w+)"/.exec(html)?.[1];
  };
  expect([await language('en'), await language('fr-CA'), await language('ar,fr;q=0.1')]).toEqual(['de', 'fr', 'fr']);
  const { assistants } = (await (await fetch(`${two.url}/chat/assistants`)).json()) as {
    assistants: { starters: Record<string, string[]> }[];
  };
  for (const { starters } of assistants) expect(Object.keys(starters)).toEqual(['de', 'fr']);
  await two.stop();
});
