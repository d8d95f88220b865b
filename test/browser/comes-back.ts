import { eventually } from '../eventually.ts';
import type { ChatPage } from './world.ts';

/** The user comes back to the tab after a while, and again, until what is awaited is there. */
export async function comesBack({ page }: ChatPage, isThere: () => Promise<boolean>): Promise<void> {
  // A page looks no more often than every few seconds.
  await page.evaluate(() => {
    const now = Date.now;
    Date.now = () => now() + 5000;
  });
  await eventually(async () => {
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    return await isThere();
  });
}
