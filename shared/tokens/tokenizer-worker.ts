import { parentPort, workerData } from 'node:worker_threads';
import type { TokenCount } from '../conversation/ports/token-counter.ts';
import { createCountTokens } from './count-tokens.ts';
import type { Encoding } from './encoding.ts';
import { readTables, type Tables } from './vocabulary.ts';

/** What the worker is for: to load an encoding, which leaves much behind in its memory and is its end, or to count. */
export type TokenizerWork = { load: Encoding } | { countWith: Tables };

/** What the worker that counts is sent. */
export interface CountRequest {
  id: number;
  text: string;
}

/** What the worker sends: the tables that it loaded, or one answer per request, in their order. */
export type WorkerReport = { tables: Tables } | { id: number; count: TokenCount };

const port = parentPort;
if (port === null) throw new Error('The tokeniser is to be started as a worker thread.');

const report = (message: WorkerReport): void => port.postMessage(message);

const rankFiles = {
  o200k_base: () => import('js-tiktoken/ranks/o200k_base'),
  cl100k_base: () => import('js-tiktoken/ranks/cl100k_base'),
};

const work = workerData as TokenizerWork;
if ('load' in work) {
  report({ tables: readTables((await rankFiles[work.load]()).default) });
} else {
  const countTokens = createCountTokens(work.countWith);
  port.on('message', ({ id, text }: CountRequest) => report({ id, count: countTokens(text) }));
}
