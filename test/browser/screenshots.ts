import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Client } from '../end-to-end/client.ts';
import { contoso } from './contoso.ts';
import { openShop } from './shop.ts';
import { shopAssistant, states } from './states.ts';
import { ChatPage, startWorld } from './world.ts';

// npm run screenshots: the pictures of docs/screenshots, of each state in light and in dark colours.

const directory = resolve(import.meta.dirname, '../../docs/screenshots');
await mkdir(directory, { recursive: true });

async function picture({ page }: ChatPage, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const path = resolve(directory, `${name}-${colorScheme}.png`);
    await page.screenshot({ path, caret: 'hide', animations: 'disabled' });
  }
}

const viewport = { width: 960, height: 600 };
const world = await openShop('memory', shopAssistant);
for (const [name, reach] of Object.entries(states)) {
  const chat = await ChatPage.open(world, { viewport });
  await chat.isIdle();
  await reach(chat, world);
  await picture(chat, name);
  await chat.close();
  await world.network.stop();
  await world.network.listen();
  await new Client(world.host.url).delete('/chat/sessions');
}
const arabic = await ChatPage.open(world, { viewport, locale: 'ar' });
world.upstream.enqueue({ deltas: ['تُحفظ المحادثات في Redis.\n\n1. نقطة أولى\n2. نقطة ثانية'] });
await arabic.page.locator('textarea').fill('أين تُحفظ المحادثات؟');
await arabic.page.keyboard.press('Enter');
await arabic.page.locator('.parley-answer li').nth(1).waitFor();
await picture(arabic, 'in-arabic');
await world.stop();

const branded = await startWorld('memory', { ...contoso, AUTH_MODE: 'key' });
const chat = await ChatPage.open(branded, { viewport });
await chat.page.getByRole('heading', { name: 'Sign in' }).waitFor();
await picture(chat, 'sign-in');
await chat.page.getByLabel('Function key').fill('a-function-key');
await chat.page.getByLabel('User').fill('Alice Adams');
await chat.button('Continue').click();
await chat.page.getByRole('radio').first().waitFor();
await chat.isIdle();
await chat.page.mouse.move(0, 0);
await picture(chat, 'own-brand');
await branded.stop();
