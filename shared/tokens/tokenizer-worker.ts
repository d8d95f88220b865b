import { parentPort, workerData } from 'node:worker_threads';
import type { TokenCount } from '../conversation/ports/token-counter.ts';
import { createCountTokens } from './count-tokens.ts';
import type { Encoding } from './encoding.ts';
import { readTables, type Tables } from './vocabulary.ts';

/** What the worker is sent. */
export interface CountRequest {
  id: number;
  text: string;
}

/** What the worker sends: the tables once, when they are loaded, then one answer per request, in their order. */
export type WorkerReport = { tables: Tables } | { id: number; count: TokenCount };

const port = parentPort;
if (port === null) throw new Error('The tokeniser is to be started as a worker thread.');

const report = (message: WorkerReport): void => port.postMessage(message);

const rankFiles = {
  o200k_base: () => import('js-tiktoken/ranks/o200k_base'),
  cl100k_base: () => import('js-tiktoken/ranks/cl100k_base'),
};

const tables = readTables((await rankFiles[workerData as Encoding]()).default);
const countTokens = createCountTokens(tables);
port.on('message', ({ id, text }: CountRequest) => report({ id, count: countTokens(text) }));
report({ tables });
