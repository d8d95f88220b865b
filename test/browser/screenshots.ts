import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Client } from '../end-to-end/client.ts';
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

const keyed = await startWorld('memory', { AUTH_MODE: 'key' });
const chat = await ChatPage.open(keyed, { viewport: { width: 960, height: 600 } });
await chat.page.getByRole('heading', { name: 'Sign in' }).waitFor();
for (const colorScheme of ['light', 'dark'] as const) {
  await chat.page.emulateMedia({ colorScheme });
  await chat.page.screenshot({ path: resolve(directory, `sign-in-${colorScheme}.png`) });
}
await keyed.stop();
