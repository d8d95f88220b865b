import type { Page } from 'playwright-core';
import type { Service } from '../../package/service.ts';

const WORDS = 20;
const DELAY_MS = 50;

/** How a page is handed a stream whose words come one by one: at once, or as they come. */
export async function readsOf(page: Page, { upstream, host }: Service): Promise<string> {
  upstream.enqueue({ deltas: Array.from({ length: WORDS }, (_, place) => `word ${place} `), delayMs: DELAY_MS });
  const { encoding, times } = await page.evaluate(async (serviceUrl) => {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message: 'Twenty words' }),
    };
    // By the page's own origin, where that hands it on.
    const response = await fetch('/chat/stream', init).then(
      (answer) => (answer.ok ? answer : fetch(`${serviceUrl}/chat/stream`, init)),
      () => fetch(`${serviceUrl}/chat/stream`, init),
    );
    const startedAt = performance.now();
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const seen: number[] = [];
    for (;;) {
      const { done } = await reader.read();
      if (done) return { encoding: response.headers.get('content-encoding') ?? 'none', times: seen };
      seen.push(performance.now() - startedAt);
    }
  }, host.url);
  const spread = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return `${WORDS} words in ${times.length} reads over ${spread.toFixed(0)} ms, content-encoding ${encoding}`;
}
