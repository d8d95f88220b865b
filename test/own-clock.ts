import { afterAll, beforeAll, vi } from 'vitest';

/** By how much the clock goes on at a time, in milliseconds. */
const TICK_MS = 20;

/**
 * What `setTimeout` and `AbortSignal.timeout` wait for in the tests of a file is time of this process's own: it goes on by
 * a tick with the event loop, and stands still while the machine lets the process stand. An answer that comes from the
 * same process is then never late because both were held up.
 */
export function ownClock(): void {
  beforeAll(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true, advanceTimeDelta: TICK_MS });
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      const controller = new AbortController();
      const late = () => controller.abort(new DOMException('The time was up', 'TimeoutError'));
      setTimeout(late, ms);
      return controller.signal;
    });
  });
  afterAll(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
}

/** How long something takes by that clock, in milliseconds, to a tick. */
export async function ownMs(work: () => Promise<unknown>): Promise<number> {
  let ms = 0;
  const tick = () => {
    ms += TICK_MS;
    timer = setTimeout(tick, TICK_MS);
  };
  let timer = setTimeout(tick, TICK_MS);
  try {
    await work();
  } finally {
    clearTimeout(timer);
  }
  return ms;
}
