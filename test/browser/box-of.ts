import type { Locator } from 'playwright-core';

/** Where an element is shown, in CSS pixels to the hundredth: where layout makes 44, browsers tell 43.99994, too. */
export async function boxOf(element: Locator) {
  const box = await element.boundingBox();
  if (box === null) throw new Error('it is not shown');
  const { x, y, width, height } = box;
  const exact = { x, y, width, height, right: x + width, bottom: y + height };
  return Object.fromEntries(
    Object.entries(exact).map(([name, pixels]) => [name, Math.round(pixels * 100) / 100]),
  ) as typeof exact;
}
