import { parentPort, workerData } from 'node:worker_threads';
import { createCountTokens } from './count-tokens.ts';
import type { Encoding } from './encoding.ts';
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

const rankFiles = {
  o200k_base: () => import('js-tiktoken/ranks/o200k_base'),
  cl100k_base: () => import('js-tiktoken/ranks/cl100k_base'),
};

const countTokens = createCountTokens((await rankFiles[workerData as Encoding]()).default);
port.on('message', ({ id, text }: CountRequest) => report({ id, count: countTokens(text) }));
report('loaded');
