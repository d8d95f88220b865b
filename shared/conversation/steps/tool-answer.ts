import { setTimeout as sleep } from 'node:timers/promises';
import { GRACE_MS, type ToolResult } from '../ports/toolbox.ts';
import { Reason } from '../reason.ts';

/**
 * What a tool answers; once the signal is aborted it has a moment left.
 *
 * @throws what the tool throws, or that it gave no answer: nobody knows whether it did its work
 */
export async function toolAnswer(call: Promise<ToolResult>, signal: AbortSignal): Promise<ToolResult> {
  const over = new AbortController();
  try {
    return await Promise.race([call, graceAfter(signal, over.signal)]);
  } finally {
    over.abort();
    // Nobody listens any more.
    call.catch(() => {});
  }
}

async function graceAfter(signal: AbortSignal, over: AbortSignal): Promise<never> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true, signal: over });
    over.addEventListener('abort', () => resolve(), { once: true });
  });
  await sleep(GRACE_MS, undefined, { signal: over }).catch(() => {});
  throw new Reason('it gave no answer');
}
