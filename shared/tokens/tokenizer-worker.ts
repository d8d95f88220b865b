import { parentPort } from 'node:worker_threads';
import { countTokens } from './count-tokens.ts';
import type { TokenCount } from './token-counter.ts';

/** What the worker is sent. */
export interface CountRequest {
  id: number;
  text: string;
}

/** What the worker sends: `loaded` once, then one answer per request, in their order. */
export type WorkerReport = 'loaded' | { id: number; count: TokenCount };

const port = parentPort;
if (port === null) throw new Error('The tokeniser is to be started as a worker thread.');

const report = (message: WorkerReport): void => port.postMessage(message);

port.on('message', ({ id, text }: CountRequest) => report({ id, count: countTokens(text) }));
report('loaded');
