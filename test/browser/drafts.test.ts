import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { OidcIssuer } from '../identity/oidc-issuer.ts';
import { breaksOff, ChatPage, startWorld, type World } from './world.ts';

let world: World;
let chat: ChatPage;

beforeAll(async () => {
  world = await startWorld('memory');
});
afterAll(() => world.stop());
beforeEach(async () => {
  await new Client(world.host.url).delete('/chat/sessions');
  chat = await ChatPage.open(world);
  await chat.isIdle();
});
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
});

const isWritten = (text: string) => eventually(async () => (await chat.input.inputValue()) === text);
const begin = async () => {
  await chat.button('New conversation').click();
  await chat.isIdle();
};
const open = async (title: string) => {
  await chat.button(title).click();
  await chat.isIdle();
};
const stored = () => chat.page.evaluate(() => JSON.stringify(sessionStorage));

test('what is written and not sent stays with its conversation, over switches and reloads', async () => {
  await chat.ask('About cats');
  await chat.input.fill('More of cats');
  await begin();
  await isWritten('');
  await chat.input.fill('Something new');
  await open('About cats');
  await isWritten('More of cats');
  await chat.page.reload();
  await isWritten('More of cats');
  await begin();
  await isWritten('Something new');
  // It is the one that was begun already.
  await begin();
  await isWritten('Something new');
  await chat.page.reload();
  await isWritten('Something new');
});

test('what was written while the first answer came stays with that conversation', async () => {
  const gate = world.upstream.gate();
  world.upstream.enqueue({ deltas: ['One', gate, ' and two.'] });
  await chat.send('About dogs');
  await chat.page.getByText('One').waitFor();
  await chat.input.fill('And their names?');
  await begin();
  await isWritten('');
  gate.open();
  await open('About dogs');
  await isWritten('And their names?');
});

test('a message that was sent is no draft any more', async () => {
  await chat.input.fill('Sent');
  expect(await stored()).toContain('Sent');
  await chat.input.press('Enter');
  await chat.page.getByText('You said: Sent').first().waitFor();
  await chat.isIdle();
  expect(await stored()).not.toContain('Sent');
});

test('a message that is edited after it has failed is a draft, also after a reload', async () => {
  world.upstream.enqueue(breaksOff);
  await chat.send('Almost right');
  await chat.button('Edit message').click();
  await isWritten('Almost right');
  await chat.page.reload();
  await isWritten('Almost right');
  await chat.isIdle();
  expect(await chat.alert.count()).toBe(0);
});

test('the draft of a conversation that is deleted goes with it', async () => {
  await chat.ask('About cats');
  await chat.input.fill('A secret of cats');
  await begin();
  await chat.remove('About cats');
  await eventually(async () => (await chat.sessions.count()) === 0);
  expect(await stored()).not.toContain('A secret of cats');
});

test('another tab has drafts of its own', async () => {
  await chat.input.fill('Of this tab');
  const tab = await chat.page.context().newPage();
  await tab.goto(world.url);
  await tab.getByRole('heading', { name: 'How can I help?' }).waitFor();
  expect(await tab.getByRole('textbox', { name: 'Message', exact: true }).inputValue()).toBe('');
  expect(await tab.evaluate(() => JSON.stringify([sessionStorage, localStorage]))).not.toContain('Of this tab');
});

test('who signs in as somebody else finds nothing that was written before, who is the same finds it', async () => {
  const issuer = await OidcIssuer.start();
  const env = { AUTH_MODE: 'jwt', AUTH_ISSUER: issuer.url, AUTH_AUDIENCE: 'parley' };
  const guarded = await startWorld('memory', env);
  const page = await ChatPage.open(guarded);
  const signIn = async (claims: Record<string, unknown>) => {
    await page.page.getByLabel('Access token').fill(await issuer.token(claims));
    await page.button('Continue').click();
    await page.isIdle();
  };
  const isRefusedOnce = async () => {
    await page.page.route('**/chat/assistants', (route) =>
      route.fulfill({ status: 401, headers: { 'www-authenticate': 'Bearer' } }),
    );
    await page.page.reload();
    await page.page.getByLabel('Access token').waitFor();
    await page.page.unroute('**/chat/assistants');
  };
  await signIn({ sub: 'alice' });
  await page.input.fill('Of Alice');
  await isRefusedOnce();
  await signIn({ sub: 'alice', jti: 'a new token' });
  await eventually(async () => (await page.input.inputValue()) === 'Of Alice');
  await isRefusedOnce();
  await signIn({ sub: 'bob' });
  expect(await page.input.inputValue()).toBe('');
  expect(await page.page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain('Of Alice');
  await guarded.stop();
  await issuer.stop();
});
