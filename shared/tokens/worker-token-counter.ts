import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { TokenCount, TokenCounter } from '../conversation/ports/token-counter.ts';
import { Reason, reasonOf } from '../conversation/reason.ts';
import { createCountTokens } from './count-tokens.ts';
import type { Encoding } from './encoding.ts';
import type { CountRequest, TokenizerWork, WorkerReport } from './tokenizer-worker.ts';
import type { Tables } from './vocabulary.ts';

interface Options {
  encoding?: Encoding;
  workerUrl?: URL;
  /** Milliseconds between two starts of the worker, so that one that cannot load is not started for every count. */
  restartPauseMs?: number;
  /** Milliseconds from any beginning. */
  now?: () => number;
  /** Told why the worker died. The counter goes on: with bounds first, then with a new worker. */
  onDeath?: (cause: unknown) => void;
}

interface Asked {
  text: string;
  bound: TokenCount;
  answer: (count: TokenCount) => void;
}

// The worker's file lies beside this one, both as source (.ts) and bundled (.js).
const besideThisFile = new URL(`./tokenizer-worker${extname(import.meta.url)}`, import.meta.url);

/** Characters of a text that is counted in the caller's thread: at worst a millisecond and a half of its time. */
export const LONGEST_COUNTED_HERE = 4096;

/**
 * Characters that may wait for the worker: room for a hundred turns at once with two of the longest results each. Counting
 * them mostly takes half a second, at worst four. A text beyond them gets its bound.
 */
export const LONGEST_QUEUE = 8_000_000;

/**
 * Counts with tables that a worker thread loads, which the first count starts and which ends with that. Texts of ordinary
 * length are counted here, in memory that threads share; long ones wait for a second worker, which the first of them
 * starts. None keeps the process alive. Where the worker cannot answer (not loaded, dead, closed, too much queued) the answer is the bound that bytes give.
 */
export class WorkerTokenCounter implements TokenCounter {
  readonly #options: Required<Options>;
  readonly #asked = new Map<number, Asked>();
  #queued = 0;
  #lastId = 0;
  #lastStart = Number.NEGATIVE_INFINITY;
  #worker: Worker | undefined;
  #tables: Tables | undefined;
  #countHere: ((text: string) => TokenCount) | undefined;
  #closed = false;

  constructor(options: Options = {}) {
    this.#options = {
      encoding: 'o200k_base',
      workerUrl: besideThisFile,
      restartPauseMs: 1000,
      now: () => performance.now(),
      onDeath: (cause) => console.error(`The worker that counts tokens died: ${reasonOf(cause)}`),
      ...options,
    };
  }

  async count(text: string): Promise<TokenCount> {
    if (this.#countHere === undefined) this.#start();
    return this.#countHere === undefined ? boundOf(text) : this.#ask(text);
  }

  async countWhenLoaded(text: string): Promise<TokenCount> {
    return this.#ask(text);
  }

  /** Ends the worker; what still waits for it gets its bound, and so does every later count. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
  }

  #start(): void {
    const { encoding, workerUrl, restartPauseMs, now } = this.#options;
    if (this.#worker || this.#closed || now() - this.#lastStart < restartPauseMs) return;
    this.#lastStart = now();
    const work: TokenizerWork = this.#tables === undefined ? { load: encoding } : { countWith: this.#tables };
    const worker = new Worker(workerUrl, { workerData: work });
    let cause: unknown;
    worker.on('message', (report: WorkerReport) => this.#receive(report));
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', (code) => {
      if (worker === this.#worker) this.#bury(cause ?? new Reason(`it ended with exit code ${code}`));
    });
    // After the listeners: adding one for messages makes the worker keep the process alive again.
    worker.unref();
    this.#worker = worker;
  }

  #ask(text: string): TokenCount | Promise<TokenCount> {
    if (this.#countHere !== undefined && text.length <= LONGEST_COUNTED_HERE) return this.#countHere(text);
    this.#start();
    const bound = boundOf(text);
    if (!this.#worker || this.#queued + text.length > LONGEST_QUEUE) return bound;
    const { promise, resolve } = Promise.withResolvers<TokenCount>();
    const id = ++this.#lastId;
    this.#asked.set(id, { text, bound, answer: resolve });
    this.#queued += text.length;
    if (this.#tables !== undefined) this.#post(id, text);
    return promise;
  }

  #receive(report: WorkerReport): void {
    // What still waits gets its bound when the worker has ended.
    if (this.#closed) return;
    if ('tables' in report) this.#use(report.tables);
    else this.#settle(report.id, report.count);
  }

  /** The worker that loaded them ends; what waited for them is counted. */
  #use(tables: Tables): void {
    this.#tables = tables;
    this.#countHere = createCountTokens(tables);
    this.#worker = undefined;
    this.#lastStart = Number.NEGATIVE_INFINITY;
    for (const [id, { text }] of this.#asked) {
      if (text.length <= LONGEST_COUNTED_HERE) this.#settle(id, this.#countHere(text));
      else this.#post(id, text);
    }
  }

  #post(id: number, text: string): void {
    this.#start();
    this.#worker?.postMessage({ id, text } satisfies CountRequest);
  }

  #settle(id: number, count?: TokenCount): void {
    const asked = this.#asked.get(id);
    if (!asked) return;
    this.#asked.delete(id);
    this.#queued -= asked.text.length;
    asked.answer(count ?? asked.bound);
  }

  #bury(cause: unknown): void {
    this.#worker = undefined;
    for (const id of this.#asked.keys()) this.#settle(id);
    if (!this.#closed) this.#options.onDeath(cause);
  }
}

function boundOf(text: string): TokenCount {
  return { tokens: Buffer.byteLength(text), exact: false };
}
