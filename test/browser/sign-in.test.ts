import { describe, expect, test } from 'vitest';
import { OidcIssuer } from '../identity/oidc-issuer.ts';
import { violationsOf } from './violations.ts';
import { ChatPage, type StoreKind, startWorld, type World } from './world.ts';

describe.each<StoreKind>(['memory', 'redis'])('with sessions in %s', (store) => {
  /** @param env of the service, whose page `use` tries */
  async function withPage(
    env: Record<string, string>,
    use: (chat: ChatPage, world: World) => Promise<void>,
  ): Promise<void> {
    const world = await startWorld(store, env);
    try {
      const chat = await ChatPage.open(world);
      await use(chat, world);
      expect(chat.complaints).toEqual([]);
    } finally {
      await world.stop();
    }
  }

  const kept = (chat: ChatPage) =>
    chat.page.evaluate(() => [JSON.stringify(sessionStorage), JSON.stringify(localStorage)]);

  test('without sign-in the page is ready at once', () =>
    withPage({ AUTH_MODE: 'open' }, async (chat) => {
      await chat.ask('Hello');
      expect(await chat.texts()).toEqual(['Hello', 'You said: Hello']);
    }));

  test('with function keys the page asks for one, once for the tab, and keeps it nowhere else', () =>
    withPage({ AUTH_MODE: 'key' }, async (chat, world) => {
      await chat.page.getByRole('heading', { name: 'Sign in' }).waitFor();
      expect(await violationsOf(chat.page)).toEqual([]);
      await chat.page.getByLabel('Function key').fill('a-function-key');
      await chat.page.getByLabel('User').fill('alice');
      const request = chat.page.waitForRequest((sent) => sent.url().includes('/chat/sessions'));
      await chat.button('Continue').click();
      expect((await request).headers()).toMatchObject({ 'x-functions-key': 'a-function-key', 'x-user-id': 'alice' });
      await chat.ask('Hello');
      expect(chat.asked).toHaveLength(1);

      await chat.page.reload();
      await chat.isIdle();
      expect(await chat.texts()).toEqual(['Hello', 'You said: Hello']);
      const [session, local] = await kept(chat);
      expect(session).toContain('a-function-key');
      expect(local).toBe('{}');

      const tab = await chat.page.context().newPage();
      await tab.goto(world.url);
      await tab.getByRole('heading', { name: 'Sign in' }).waitFor();
      await tab.getByLabel('Function key').fill('a-function-key');
      await tab.getByLabel('User').fill('bob');
      await tab.getByRole('button', { name: 'Continue' }).click();
      await tab.getByRole('heading', { name: 'How can I help?' }).waitFor();
      expect(await tab.getByText('You said: Hello').count()).toBe(0);
    }));

  test('a refusal that arrives late, of a request from before the user signed in, changes nothing', () =>
    withPage({ AUTH_MODE: 'key' }, async (chat, world) => {
      const { page } = chat;
      const late = Promise.withResolvers<void>();
      await page.route('**/chat/assistants', async (route) => {
        if (route.request().headers()['x-user-id'] === undefined) await late.promise;
        await route.continue();
      });
      await page.goto(world.url);
      await page.getByLabel('Function key').fill('a-function-key');
      await page.getByLabel('User').fill('alice');
      await chat.button('Continue').click();
      await chat.isIdle();
      const refused = page.waitForResponse(
        (response) => response.url().endsWith('/chat/assistants') && response.status() === 401,
      );
      late.resolve();
      await refused;
      await chat.ask('Hello');
      expect(await chat.texts()).toEqual(['Hello', 'You said: Hello']);
    }));

  test('with the platform’s sign-in the page leads there, and back to where the user was', () =>
    withPage({ AUTH_MODE: 'easyauth', WEBSITE_AUTH_ENABLED: 'true' }, async (chat) => {
      const link = chat.page.getByRole('link', { name: 'Sign in with Microsoft' });
      expect(await link.getAttribute('href')).toBe('/.auth/login/aad?post_login_redirect_uri=%2Fchat');
      expect(await violationsOf(chat.page)).toEqual([]);
      // What the platform adds once the user has signed in.
      const claims = [
        { typ: 'tid', val: '0b1ec71d-0000-4000-8000-000000000001' },
        { typ: 'oid', val: '0b1ec71d-0000-4000-8000-000000000002' },
      ];
      const principal = Buffer.from(JSON.stringify({ auth_typ: 'aad', claims })).toString('base64');
      await chat.page.context().setExtraHTTPHeaders({ 'x-ms-client-principal': principal });
      await chat.page.reload();
      await chat.ask('Hello');
      expect(await chat.texts()).toEqual(['Hello', 'You said: Hello']);
      expect(await kept(chat)).toEqual(['{}', '{}']);
    }));

  test('with tokens the page takes one, and says when it is not accepted', async () => {
    const issuer = await OidcIssuer.start();
    await withPage({ AUTH_MODE: 'jwt', AUTH_ISSUER: issuer.url, AUTH_AUDIENCE: 'parley' }, async (chat) => {
      await chat.page.getByLabel('Access token').fill('no-token');
      await chat.button('Continue').click();
      await chat.alert.waitFor();
      expect(await chat.alert.innerText()).toBe('The service did not accept this.');
      expect(await violationsOf(chat.page)).toEqual([]);
      await chat.page.getByLabel('Access token').fill(await issuer.token());
      await chat.button('Continue').click();
      await chat.ask('Hello');
      expect(await chat.texts()).toEqual(['Hello', 'You said: Hello']);
    });
    await issuer.stop();
  });

  test('a message that was refused for want of sign-in is asked once the user has signed in', () =>
    withPage({ AUTH_MODE: 'key' }, async (chat, world) => {
      const { page } = chat;
      await page.getByLabel('Function key').fill('a-function-key');
      await page.getByLabel('User').fill('alice');
      await chat.button('Continue').click();
      await chat.isIdle();
      // The key is taken back, as far as the service's answers tell.
      await page.route('**/chat/stream', (route) => route.fulfill({ status: 401 }), { times: 1 });
      await chat.send('Precious words');
      await page.getByLabel('Function key').fill('a-new-key');
      await page.getByLabel('User').fill('alice');
      await chat.button('Continue').click();
      await page.getByText('You said: Precious words').first().waitFor();
      await chat.isIdle();
      expect(chat.asked.map(({ key }) => key)).toEqual([chat.asked[0]?.key, chat.asked[0]?.key]);
      expect(world.upstream.requests).toHaveLength(1);
    }));
});
