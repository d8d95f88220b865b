import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Client } from '../end-to-end/client.ts';
import { contoso } from './contoso.ts';
import { states } from './states.ts';
import { ChatPage, startWorld } from './world.ts';

// npm run screenshots: the pictures of docs/screenshots, of each state in light and in dark colours.

const directory = resolve(import.meta.dirname, '../../docs/screenshots');
await mkdir(directory, { recursive: true });
const world = await startWorld('memory');
for (const [name, reach] of Object.entries(states)) {
  const chat = await ChatPage.open(world, { viewport: { width: 960, height: 600 } });
  await chat.isIdle();
  await reach(chat, world);
  for (const colorScheme of ['light', 'dark'] as const) {
    await chat.page.emulateMedia({ colorScheme });
    await chat.page.screenshot({ path: resolve(directory, `${name}-${colorScheme}.png`), caret: 'hide' });
  }
  await chat.close();
  await world.network.stop();
  await world.network.listen();
  await new Client(world.host.url).delete('/chat/sessions');
}
await world.stop();

const branded = await startWorld('memory', { ...contoso, AUTH_MODE: 'key' });
const chat = await ChatPage.open(branded, { viewport: { width: 960, height: 600 } });
const picture = async (name: string) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await chat.page.emulateMedia({ colorScheme });
    await chat.page.screenshot({ path: resolve(directory, `${name}-${colorScheme}.png`), caret: 'hide' });
  }
};
await chat.page.getByRole('heading', { name: 'Sign in' }).waitFor();
await picture('sign-in');
await chat.page.getByLabel('Function key').fill('a-function-key');
await chat.page.getByLabel('User').fill('Alice Adams');
await chat.button('Continue').click();
await chat.page.getByRole('radio').first().waitFor();
await chat.isIdle();
await chat.page.mouse.move(0, 0);
await picture('own-brand');
await branded.stop();
