import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../upstream/remembering-model.ts';
import type { Random } from './random.ts';
import type { Frame } from './sse-reader.ts';
import { askTurn, deleteSession, historyOf, join, type Outcome, type StoredMessage, stopTurn, surely } from './talk.ts';

/** A turn that a client wants; every try of it has the same key and the same body. */
export interface Wanted {
  /** Unlike that of any other. */
  message: string;
  /** Without one, it is tried again only where it was refused. */
  key: string | undefined;
  /** As asked for. */
  sessionId: string | undefined;
}

/** Times are milliseconds of one clock: that of the process which plays the schedules. */
interface Timed {
  askedAt: number;
  answeredAt: number;
}

export interface Tried extends Timed {
  wanted: Wanted;
  outcome: Outcome;
  /** The client did not hang up. */
  stayed: boolean;
}

export interface Deleted extends Timed {
  sessionId: string;
  status: number;
  /** It could be read right after the deletion was answered. */
  readable: boolean;
}

export interface Joined extends Timed {
  sessionId: string;
  lastId: number;
  status: number;
  frames: Frame[];
}

/** All that the clients of one schedule saw. */
export interface Played {
  name: string;
  tried: Tried[];
  deleted: Deleted[];
  joined: Joined[];
  stops: number;
  /** Of every session that a client learned of, after all was quiet. */
  histories: Map<string, StoredMessage[] | undefined>;
}

/** How often each step is taken; `delete` in some schedules only. */
const steps = { send: 5, retry: 3, stop: 1, disconnect: 1.5, join: 2 };
type Step = keyof typeof steps | 'delete';

/** A few clients do random steps on one session, each at an instance of its own choice. */
export class Schedule {
  readonly #played: Played;
  readonly #random: Random;
  readonly #urls: readonly string[];
  readonly #wanted: Wanted[] = [];
  readonly #steps: Record<Step, number>;
  #sessionId: string | undefined;

  constructor(name: string, random: Random, urls: readonly string[]) {
    this.#played = { name, tried: [], deleted: [], joined: [], stops: 0, histories: new Map() };
    this.#random = random;
    this.#urls = urls;
    this.#steps = { ...steps, delete: random.chance(0.4) ? 1 : 0 };
  }

  async play(): Promise<Played> {
    const known = Promise.withResolvers<void>();
    let forgetting: Promise<void> | undefined;
    const onStarted = (sessionId: string) => {
      // While the turn runs that makes it.
      if (this.#random.chance(0.3)) forgetting = this.#delete(this.#random.pick(this.#urls), sessionId);
      known.resolve();
    };
    // Long enough for that, and short of its first sign of life, by which a turn learns that it is lost.
    const opening = this.#try(this.#want(this.#random, 6), { stream: this.#random.chance(0.8), onStarted });
    await Promise.race([opening, known.promise]);
    const clients = Array.from({ length: this.#random.between(2, 8) }, () => this.#client(this.#random.fork()));
    await Promise.all([opening, forgetting, ...clients]);
    await this.#settle();
    return this.#played;
  }

  async #client(random: Random): Promise<void> {
    for (let step = random.between(1, 3); step > 0; step -= 1) {
      await sleep(random.between(0, 40));
      await this.#step(random.weighted(this.#steps), random);
    }
  }

  async #step(step: Step, random: Random): Promise<void> {
    const url = random.pick(this.#urls);
    const stream = random.chance(0.5);
    if (step === 'send') await this.#insist(this.#want(random), random);
    else if (step === 'retry') {
      const keyed = this.#wanted.filter(({ key }) => key !== undefined);
      if (keyed.length > 0) await this.#try(random.pick(keyed), { stream, url });
    } else if (step === 'disconnect') {
      await this.#try(this.#want(random), { stream, url, signal: AbortSignal.timeout(random.between(1, 120)) });
    } else if (this.#sessionId === undefined) return;
    else if (step === 'stop') {
      await stopTurn(url, this.#sessionId);
      this.#played.stops += 1;
    } else if (step === 'delete') await this.#delete(url, this.#sessionId);
    else await this.#join(url, this.#sessionId, random);
  }

  #want(random: Random, least = 0): Wanted {
    const name = `${this.#played.name} message ${this.#wanted.length}`;
    const message = messageOf(name, { words: random.between(least, 12), delayMs: random.between(least, 15) });
    const wanted = { message, key: random.chance(0.7) ? name : undefined, sessionId: this.#sessionId };
    this.#wanted.push(wanted);
    return wanted;
  }

  /** Tries a few times while the session is busy. */
  async #insist(wanted: Wanted, random: Random): Promise<void> {
    for (let tries = random.between(1, 4); tries > 0; tries -= 1) {
      const outcome = await this.#try(wanted, { stream: random.chance(0.5), url: random.pick(this.#urls) });
      if (outcome.kind !== 'refused' || outcome.status !== 409) return;
      await sleep(random.between(10, 80));
    }
  }

  async #try(
    wanted: Wanted,
    options: { stream: boolean; url?: string; signal?: AbortSignal; onStarted?: (sessionId: string) => void },
  ): Promise<Outcome> {
    const { url = this.#random.pick(this.#urls), ...rest } = options;
    const askedAt = performance.now();
    const outcome = await askTurn(url, {
      ...wanted,
      ...rest,
      onStarted: (sessionId) => {
        this.#learn(sessionId);
        rest.onStarted?.(sessionId);
      },
    });
    if (outcome.kind === 'answered') this.#learn(outcome.sessionId);
    this.#played.tried.push({ wanted, askedAt, answeredAt: performance.now(), outcome, stayed: !options.signal });
    return outcome;
  }

  /** Clients go on with the latest session; one that they were told is deleted may be tried again, and must be gone. */
  #learn(sessionId: string): void {
    if (!this.#played.histories.has(sessionId)) this.#sessionId = sessionId;
    this.#played.histories.set(sessionId, undefined);
  }

  async #delete(url: string, sessionId: string): Promise<void> {
    const askedAt = performance.now();
    // Told before it is done: what happens on the session from now on may be for nothing.
    const deleted: Deleted = { sessionId, askedAt, answeredAt: Number.POSITIVE_INFINITY, status: 0, readable: false };
    this.#played.deleted.push(deleted);
    deleted.status = await surely(
      () => url,
      (at) => deleteSession(at, sessionId),
    );
    deleted.answeredAt = performance.now();
    deleted.readable =
      (await surely(
        () => url,
        (at) => historyOf(at, sessionId),
      )) !== undefined;
  }

  async #join(url: string, sessionId: string, random: Random): Promise<void> {
    const askedAt = performance.now();
    const lastId = random.chance(0.3) ? 0 : random.between(0, 10);
    const { status, frames } = await surely(
      () => url,
      (at) => join(at, sessionId, lastId),
    );
    this.#played.joined.push({ sessionId, lastId, askedAt, answeredAt: performance.now(), status, frames });
  }

  /** Waits until nothing runs any more, then reads what there is. */
  async #settle(): Promise<void> {
    for (const sessionId of this.#played.histories.keys()) {
      while ((await stopTurn(this.#random.pick(this.#urls), sessionId)) !== false) await sleep(50);
      const pick = () => this.#random.pick(this.#urls);
      this.#played.histories.set(sessionId, await surely(pick, (url) => historyOf(url, sessionId)));
    }
  }
}
