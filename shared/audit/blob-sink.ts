import type { AppendBlobClient, ContainerClient } from '@azure/storage-blob';
import { within } from '../platform/within.ts';
import type { AuditSink } from './audit-log.ts';

/** The service's own bounds. */
const MAX_BLOCKS = 50_000;

/** The longest step: a turn waits for its record for 7.5 s, at the default lease. */
const STEP_MS = 5000;

/** Records that wait while an append is under way go together in the next, up to about this many characters. */
const BATCH_CHARACTERS = 1_000_000;

export interface BlobSinkOptions {
  /** Connects to the container; called at the first record, and after a failure. */
  connect: (signal: AbortSignal) => Promise<ContainerClient>;
  /** Of this process and no other: nobody else writes to its blobs. */
  instance: string;
  /** Milliseconds since 1970. */
  now?: () => number;
  maxBlocks?: number;
  stepMs?: number;
}

interface Waiting {
  line: string;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** The blob that is written to. */
interface Open {
  blob: AppendBlobClient;
  day: string;
  blocks: number;
  /** Bytes. */
  length: number;
}

/**
 * Records as lines of append blobs, `<day>/<instance>-<number>.jsonl`: one a day, and a further one when it is full, or after an
 * append that failed: the blob before may be gone, or have got these records after all.
 */
export class BlobSink implements AuditSink {
  readonly #options: Required<BlobSinkOptions>;
  #container: ContainerClient | undefined;
  #open: Open | undefined;
  #number = 0;
  #queue: Waiting[] = [];
  #isDraining = false;

  constructor(options: BlobSinkOptions) {
    this.#options = { now: Date.now, maxBlocks: MAX_BLOCKS, stepMs: STEP_MS, ...options };
  }

  write(line: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ line, resolve, reject });
      void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    if (this.#isDraining) return;
    this.#isDraining = true;
    while (this.#queue.length > 0) {
      const batch = this.#nextBatch();
      try {
        await this.#append(Buffer.from(batch.map(({ line }) => `${line}\n`).join('')));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        this.#container = undefined;
        for (const { reject } of batch) reject(error);
      }
    }
    this.#isDraining = false;
  }

  #nextBatch(): Waiting[] {
    let characters = 0;
    const end = this.#queue.findIndex(({ line }, position) => {
      characters += line.length;
      return position > 0 && characters > BATCH_CHARACTERS;
    });
    return this.#queue.splice(0, end === -1 ? this.#queue.length : end);
  }

  async #append(bytes: Buffer): Promise<void> {
    const open = await this.#blobOfToday();
    const { blob, length: before } = open;
    this.#open = undefined;
    try {
      await blob.appendBlock(bytes, bytes.length, { conditions: { appendPosition: before }, ...this.#bounded() });
    } catch (error) {
      // Nobody else writes here: where the blob has grown by just these bytes, an earlier try of the client has arrived.
      const isMoved = (error as { code?: unknown }).code === 'AppendPositionConditionNotMet';
      if (!isMoved || (await this.#lengthOf(blob)) !== before + bytes.length) throw error;
    }
    this.#open = { ...open, blocks: open.blocks + 1, length: before + bytes.length };
  }

  async #blobOfToday(): Promise<Open> {
    const { now, instance, maxBlocks } = this.#options;
    const day = new Date(now()).toISOString().slice(0, 10);
    if (this.#open?.day === day && this.#open.blocks < maxBlocks) return this.#open;
    this.#container ??= await within(this.#options.stepMs, this.#options.connect);
    this.#number += 1;
    const name = `${day.replaceAll('-', '/')}/${instance}-${String(this.#number).padStart(4, '0')}.jsonl`;
    const blob = this.#container.getAppendBlobClient(name);
    await blob.createIfNotExists({ blobHTTPHeaders: { blobContentType: 'application/x-ndjson' }, ...this.#bounded() });
    return { blob, day, blocks: 0, length: 0 };
  }

  async #lengthOf(blob: AppendBlobClient): Promise<number> {
    return (await blob.getProperties(this.#bounded())).contentLength ?? 0;
  }

  #bounded(): { abortSignal: AbortSignal } {
    return { abortSignal: AbortSignal.timeout(this.#options.stepMs) };
  }
}
