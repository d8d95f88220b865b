import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundlePage, reacts, renderOnServer } from './bundle-page.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld('memory');
});
afterAll(() => world.stop());

test.each(reacts)('React %d renders the panel on a server, and a browser goes on with it', async (react) => {
  const { html, complaints } = await renderOnServer('hydrated', react);
  expect(complaints).toBe('');
  expect(html).toContain('<p>Ask us.</p>');
  expect(html.match(/<textarea/g)).toHaveLength(2);
  const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);

  const page = await bundlePage('hydrated', react);
  const chat = await ChatPage.open(world);
  await chat.page.addInitScript(() => {
    // The page is there, and none of its modules has run yet.
    document.addEventListener(
      'readystatechange',
      () => {
        for (const field of document.querySelectorAll('textarea')) {
          Object.assign(field, { cameFromTheServer: true, value: 'Hello' });
        }
      },
      { once: true },
    );
  });
  await chat.show(page.replace('<div id="page"></div>', () => `<div id="page">${html}</div>`));
  await chat.page.getByText('Nothing yet.').waitFor();
  const support = chat.page.getByRole('region', { name: 'Support', exact: true });
  const field = support.getByRole('textbox', { name: 'Message' });
  // What was written before the browser went on with it is still there, and can be sent.
  await support.getByRole('button', { name: 'Send' }).click();
  await support.getByText('You said: Hello').first().waitFor();
  expect(await field.inputValue()).toBe('');
  expect(await field.evaluate((element) => 'cameFromTheServer' in element)).toBe(true);
  expect(chat.complaints).toEqual([]);
  await chat.close();
});
