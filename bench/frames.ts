import type { Page } from 'playwright-core';
import type { World } from '../test/browser/world.ts';

/**
 * Milliseconds of each frame while an answer streams at some 1,000 tokens a second, and how many tokens a second arrived.
 *
 * @param ask sends a message, and resolves when its answer is shown whole
 */
export async function frameTimes(
  world: World,
  page: Page,
  deltas: readonly string[],
  ask: () => Promise<void>,
): Promise<{ frames: number[]; rate: number }> {
  await page.evaluate(`{
    const frames = [];
    let last = performance.now();
    const next = (now) => { frames.push(now - last); last = now; globalThis.frame = requestAnimationFrame(next); };
    globalThis.frame = requestAnimationFrame(next);
    globalThis.frames = frames;
  }`);
  // Ten tokens each ten milliseconds, by the clock.
  const gates = Array.from({ length: deltas.length / 10 }, () => world.upstream.gate());
  const paced = gates.flatMap((gate, place) => [gate, ...deltas.slice(place * 10, place * 10 + 10)]);
  world.upstream.enqueue({ deltas: paced });
  const startedAt = performance.now();
  let opened = 0;
  const pace = setInterval(() => {
    while (opened < Math.min(gates.length, (performance.now() - startedAt) / 10)) gates[opened++]?.open();
  }, 5);
  await ask();
  clearInterval(pace);
  const rate = deltas.length / ((performance.now() - startedAt) / 1000);
  const frames = await page.evaluate<number[]>('cancelAnimationFrame(globalThis.frame), globalThis.frames.slice(1)');
  return { frames, rate };
}

/** A row of a table: what the frames of all runs were like. */
export function frameFigures(frames: readonly number[]): Record<string, string> {
  const sorted = frames.toSorted((one, other) => one - other);
  const quantile = (part: number) => (sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(1);
  return {
    'median frame, ms': quantile(0.5),
    '95 %, ms': quantile(0.95),
    '99 %, ms': quantile(0.99),
    'longest, ms': (sorted.at(-1) ?? 0).toFixed(1),
  };
}
