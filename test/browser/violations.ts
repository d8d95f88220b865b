import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { eventually } from '../eventually.ts';

/** The rules of accessibility that the page breaks, in both colour schemes, each with the elements that break it. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    // What is hovered may change at any time; half faded in, it has no contrast.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await eventually(() => page.evaluate(isStill));
    const run = () => page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
    const { violations, passes } = await run();
    if (passes.length < 10) throw new Error(`only ${passes.length} rules had anything to look at`);
    found.push(
      ...violations.map(({ id, nodes }) => `${id} (${colorScheme}): ${nodes.map(({ html }) => html).join(' | ')}`),
    );
  }
  return found;
}

/** Whether nothing moves or fades any more that ever ends. */
async function isStill(): Promise<boolean> {
  await new Promise(requestAnimationFrame);
  return document
    .getAnimations()
    .every(({ effect }) => effect?.getComputedTiming().endTime === Number.POSITIVE_INFINITY);
}
