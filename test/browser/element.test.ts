import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ParleyChatElement } from '../../packages/parley-client/src/element/index.ts';
import { eventually } from '../eventually.ts';
import { EmptyFolder } from '../package/empty-folder.ts';
import { tarball } from '../package/packed-package.ts';
import { type Service, startService } from '../package/service.ts';
import { StaticServer } from '../package/static-server.ts';
import { openBrowser } from './open-browser.ts';
import { violationsOf } from './violations.ts';
import { ChatPage } from './world.ts';

let folder: EmptyFolder;
let server: StaticServer;
let service: Service;
let browser: Browser;
let chat: ChatPage;

beforeAll(async () => {
  folder = await EmptyFolder.make();
  await folder.install(tarball);
  await cp(join(import.meta.dirname, 'element'), folder.path, { recursive: true });
  const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src http://127.0.0.1:*";
  server = await StaticServer.start(folder.path, { 'content-security-policy': policy });
  [service, browser] = await Promise.all([startService(server.url), openBrowser()]);
}, 180_000);
beforeEach(async () => {
  service.upstream.requests.length = 0;
  chat = await ChatPage.open({ browser, url: server.url });
});
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
});
afterAll(async () => {
  await browser.close();
  server.stop();
  await Promise.all([service.stop(), folder.remove()]);
});

/** Puts the element into the page as its HTML would. */
async function show(attributes: Record<string, string> = {}): Promise<void> {
  await chat.page.evaluate(
    (all) => {
      const element = document.createElement('parley-chat');
      for (const [name, value] of Object.entries(all)) element.setAttribute(name, value);
      document.querySelector('main')?.append(element);
    },
    { 'base-url': service.host.url, ...attributes },
  );
}

const onElement = <T>(act: (element: ParleyChatElement, text: string) => T, text = '') =>
  chat.page
    .locator('parley-chat')
    .first()
    .evaluate(act as (element: Element, given: string) => T, text);

test('one script and one element are a chat, in a page whose policy allows no inline style', async () => {
  const gate = service.upstream.gate();
  service.upstream.enqueue({ deltas: ['**Hello**', gate, ' there'] });
  await show({ assistant: 'code-reviewer' });
  await chat.send('Hi');
  await chat.page.getByText('Hello', { exact: true }).waitFor();
  gate.open();
  await eventually(async () => (await chat.texts()).at(-1) === 'Hello there');
  expect(JSON.stringify(service.upstream.requests[0]?.body['messages'])).toContain('who reviews code');
  await chat.isIdle();
  expect(await violationsOf(chat.page)).toEqual([]);
});

test('formulas are drawn by the file beside the script', async () => {
  service.upstream.enqueue({ deltas: ['With $a^2$.'] });
  await show();
  await chat.ask('Hi');
  await chat.page.locator('math msup').waitFor();
});

test('it tells which session it is in and that a turn was stored, and goes on in that session after a reload', async () => {
  await chat.page.evaluate(() => {
    const told: unknown[] = [];
    Object.assign(globalThis, { told });
    for (const name of ['parley-session', 'parley-turn'] as const) {
      document.addEventListener(name, ({ type, detail }) => told.push([type, detail]));
    }
  });
  await show();
  await chat.ask('Hello');
  const sessionId = await onElement((element) => element.sessionId);
  expect(sessionId).toMatch(/^[0-9a-f-]{36}$/);
  expect(await chat.page.evaluate(() => Reflect.get(globalThis, 'told'))).toEqual([
    ['parley-session', { sessionId }],
    ['parley-turn', { sessionId }],
  ]);
  await chat.page.reload();
  await show({ 'session-id': String(sessionId) });
  await eventually(async () => (await chat.texts()).length === 2);
  expect(await chat.texts()).toEqual(['Hello', 'You said: Hello']);
});

test('each request is sent by the page’s own fetch, with the token that there is by then', async () => {
  const sent: Record<string, string>[] = [];
  chat.page.on('request', (request) => {
    if (request.method() === 'POST') sent.push(request.headers());
  });
  await show();
  await onElement((element) => {
    let asked = 0;
    element.token = async () => {
      asked += 1;
      return `number ${asked}`;
    };
    element.fetch = (url, init) =>
      fetch(url, { ...init, headers: { ...(init?.headers as Record<string, string>), 'x-page': 'support' } });
  });
  await chat.ask('Hello');
  await chat.ask('Again');
  await onElement((element) => {
    element.token = 'a fixed one';
    element.fetch = undefined;
  });
  await chat.ask('And again');
  await onElement((element) => {
    element.token = undefined;
  });
  await chat.ask('As nobody');
  expect(sent.map((headers) => [headers['authorization'], headers['x-page']])).toEqual([
    ['Bearer number 1', 'support'],
    ['Bearer number 2', 'support'],
    ['Bearer a fixed one', undefined],
    [undefined, undefined],
  ]);
});

test('it tells failures, and ratings where it asks for them', async () => {
  await chat.page.evaluate(() => {
    const told: unknown[] = [];
    Object.assign(globalThis, { told });
    for (const name of ['parley-error', 'parley-feedback'] as const) {
      document.addEventListener(name, ({ detail }) => told.push(detail));
    }
  });
  const told = () => chat.page.evaluate(() => Reflect.get(globalThis, 'told') as Record<string, unknown>[]);
  await show({ feedback: '' });
  service.upstream.enqueue({ status: 400, body: { error: { message: 'no' } } });
  await chat.send('Hello');
  await eventually(async () => (await told()).length === 1);
  await chat.page.locator('.parley-failure').getByRole('button', { name: 'Edit message' }).click();
  await chat.button('Send').click();
  await chat.button('Good answer').click();
  await eventually(async () => (await told()).length === 2);
  expect(await told()).toMatchObject([
    { code: 'internal', requestId: expect.any(String) },
    { sessionId: await onElement((element) => element.sessionId), rating: 'up' },
  ]);
  await onElement((element) => {
    element.feedback = false;
  });
  await chat.button('Good answer').waitFor({ state: 'detached' });
});

test('it says whom its users talk to, and that may change while it is shown', async () => {
  await show({ 'assistant-name': 'Ada', 'assistant-avatar': 'A' });
  await chat.ask('Hello');
  await chat.page.getByRole('heading', { name: 'Ada said' }).waitFor();
  expect(await chat.page.locator('.parley-avatar').textContent()).toBe('A');
  await onElement((element) => {
    element.assistantName = 'Bo';
    element.assistantAvatar = undefined;
  });
  await chat.page.getByRole('heading', { name: 'Bo said' }).waitFor();
  await chat.page.locator('.parley-avatar svg').waitFor();
});

test('its children stand above the messages, in their place, and below the message field', async () => {
  await show();
  await chat.page.getByText('Ask something to begin.').waitFor();
  await onElement((element) => {
    element.innerHTML =
      '<h2 slot="header">Orders</h2><p slot="empty-state">Where is my parcel?</p><p slot="footnote">May be wrong.</p>';
  });
  await chat.page.getByRole('heading', { name: 'Orders' }).waitFor();
  await chat.page.getByText('Where is my parcel?').waitFor();
  // This page has taken the line below the message field away.
  expect(await chat.page.getByText('May be wrong.').isVisible()).toBe(false);
  await chat.page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('parley-chat::part(usage) { display: flex }');
    document.adoptedStyleSheets.push(sheet);
  });
  await chat.page.getByText('May be wrong.').waitFor();
  expect(await chat.page.getByText('Ask something to begin.').isVisible()).toBe(false);
  await chat.ask('Hello');
  expect(await chat.page.getByText('Where is my parcel?').isVisible()).toBe(false);
});

test('what was set before the element was defined counts', async () => {
  const { page } = chat;
  const script = /parley-chat\.js$/;
  await page.route(script, (route) => route.abort());
  await page.reload();
  await show();
  await onElement((element) => {
    Object.assign(element, { token: 'an early one', sessionId: 'none', strings: { send: 'Ask' } });
  });
  await page.unroute(script);
  const asked = page.waitForRequest(/\/chat\/history\/none/);
  await page.addScriptTag({ type: 'module', url: '/node_modules/parley-client/dist/parley-chat.js?again' });
  expect((await asked).headers()['authorization']).toBe('Bearer an early one');
  await chat.button('Ask').waitFor();
});

test('its texts may change while it is shown', async () => {
  await show();
  await chat.input.fill('Bonjour');
  await onElement((element) => {
    element.strings = { message: 'Message', send: 'Envoyer' };
  });
  await chat.button('Envoyer').click();
  await chat.page.getByText('You said: Bonjour', { exact: true }).waitFor();
});

test('another assistant may be chosen until the first message', async () => {
  await show({ assistant: 'code-reviewer' });
  await onElement((element) => element.setAttribute('assistant', 'data-analyst'));
  await chat.ask('Hello');
  expect(chat.asked.map(({ body }) => body['assistant'])).toEqual(['data-analyst']);
});

test('another address or name is another conversation', async () => {
  await show({ 'base-url': 'http://127.0.0.1:1' });
  await chat.send('Is anybody there?');
  await chat.page.getByText('http://127.0.0.1:1').first().waitFor();
  await onElement((element, url) => {
    element.baseUrl = url;
  }, service.host.url);
  await eventually(async () => (await chat.messages.count()) === 0);
  await chat.input.fill('A draft');
  await onElement((element) => {
    element.name = 'second';
  });
  await eventually(async () => (await chat.input.inputValue()) === '');
  await chat.ask('Hello');
  expect(await chat.texts()).toEqual(['Hello', 'You said: Hello']);
});

test('another session is another conversation, and the one that it told of is the same', async () => {
  await show();
  await chat.ask('First');
  const first = await onElement((element) => element.sessionId);
  // As frameworks do that bind the attribute to what the event told.
  await onElement((element) => element.setAttribute('session-id', String(element.sessionId)));
  await chat.input.fill('A draft');
  await onElement((element) => {
    element.sessionId = undefined;
  });
  await eventually(async () => (await chat.messages.count()) === 0);
  await chat.ask('Second');
  expect(await onElement((element) => element.sessionId)).not.toBe(first);
  await onElement((element) => {
    element.sessionId = element.getAttribute('session-id') ?? undefined;
  });
  await eventually(async () => (await chat.texts()).join() === 'First,You said: First');
});

test('a conversation goes on where the element is moved, and where it was taken out and comes back', async () => {
  const gate = service.upstream.gate();
  service.upstream.enqueue({ deltas: ['before', gate, ' and after'] });
  await show();
  await chat.send('Go on');
  await chat.page.getByText('before', { exact: true }).waitFor();
  await chat.input.fill('A draft');
  await onElement((element) => document.body.append(element));
  expect(await chat.input.inputValue()).toBe('A draft');
  await chat.page.evaluate(() => {
    const element = document.querySelector('parley-chat');
    element?.remove();
    Object.assign(globalThis, { element });
  });
  await chat.page.evaluate(() => document.body.append(Reflect.get(globalThis, 'element')));
  await chat.page.getByText('before', { exact: true }).waitFor();
  gate.open();
  await eventually(async () => (await chat.texts()).join() === 'Go on,before and after');
  expect(service.upstream.requests).toHaveLength(1);
  expect(chat.asked).toHaveLength(1);
});

test('two on a page are two conversations', async () => {
  await show({ label: 'One' });
  await show({ label: 'Two', assistant: 'code-reviewer' });
  const panels = chat.page.locator('parley-chat');
  const field = (place: number) => panels.nth(place).getByRole('textbox', { name: 'Message', exact: true });
  const gate = service.upstream.gate();
  service.upstream.enqueue({ deltas: ['first', gate, ' of all'] });
  await field(0).fill('One');
  await field(0).press('Enter');
  await panels.nth(0).getByText('first', { exact: true }).waitFor();
  await field(1).fill('Two');
  await field(1).press('Enter');
  await panels.nth(1).getByText('You said: Two', { exact: true }).waitFor();
  gate.open();
  await panels.nth(0).getByText('first of all', { exact: true }).waitFor();
  const shown = (place: number) => panels.nth(place).locator('.parley-message').allTextContents();
  expect((await shown(0)).join()).not.toContain('Two');
  expect((await shown(1)).join()).not.toContain('One');
  expect(await violationsOf(chat.page)).toEqual([]);
});

test('the keyboard works in it: focus() leads to the message field, Enter sends, Escape stops', async () => {
  service.upstream.enqueue({ deltas: ['half of it', service.upstream.gate()] });
  await show();
  await chat.input.waitFor();
  await onElement((element) => element.focus());
  await chat.page.keyboard.type('All of it');
  await chat.page.keyboard.press('Enter');
  await chat.page.getByText('half of it', { exact: true }).waitFor();
  await chat.page.keyboard.press('Escape');
  await chat.isIdle();
  expect(await chat.texts()).toEqual(['All of it', 'half of it']);
  expect(await chat.hasKeyboard(chat.input)).toBe(true);
  await chat.input.fill('Next');
  await chat.page.keyboard.press('Tab');
  expect(await chat.hasKeyboard(chat.button('Send'))).toBe(true);
});

test('Escape stops the answer also where the element stands in a dialog of the page, and closes that one then', async () => {
  service.upstream.enqueue({ deltas: ['half of it', service.upstream.gate()] });
  await show();
  await onElement((element) => {
    const dialog = document.createElement('dialog');
    document.body.append(dialog);
    dialog.append(element);
    dialog.showModal();
  });
  await chat.send('All of it');
  await chat.page.getByText('half of it', { exact: true }).waitFor();
  await chat.page.keyboard.press('Escape');
  await chat.isIdle();
  expect(await chat.texts()).toEqual(['All of it', 'half of it']);
  expect(await chat.page.getByRole('dialog').isVisible()).toBe(true);
  await chat.page.keyboard.press('Escape');
  await chat.page.getByRole('dialog').waitFor({ state: 'hidden' });
});

test('the page’s styles end at it, but for its custom properties and what it says of the parts', async () => {
  await show();
  await chat.ask('* one\n* two');
  await chat.input.fill('Next');
  const panel = chat.page.locator('.parley-panel');
  const style = (selector: string, property: string) =>
    panel
      .locator(selector)
      .first()
      .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);
  expect(await style('.parley-markdown', 'font-family')).toMatch(/^system-ui/);
  expect(await style('.parley-markdown ul', 'list-style-type')).toBe('disc');
  expect(await style('.parley-composer button', 'background-color')).toBe('rgb(0, 100, 0)');
  expect(await style('.parley-usage', 'display')).toBe('none');
  expect(await panel.evaluate((element) => Math.round(element.getBoundingClientRect().height))).toBe(480);
});
