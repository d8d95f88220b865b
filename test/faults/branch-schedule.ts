import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../upstream/remembering-model.ts';
import type { PlayedBranches, WantedTurn } from './played-branches.ts';
import type { Random } from './random.ts';
import { askTurn, deleteSession, isAway, type Outcome, sessionOf, sessionsOf, stopTurn, surely } from './talk.ts';

/** How often each step is taken; `delete` in some schedules only. */
const steps = { send: 4, sendLate: 2, fork: 5, retry: 2, leave: 1.5, stop: 0.5, read: 1 };
type Step = keyof typeof steps | 'delete';

const MAX_TRIES = 400;

/** A few clients of one caller talk to one conversation and its forks, each at an instance of its own choice. */
export class BranchSchedule {
  readonly #played: PlayedBranches;
  readonly #random: Random;
  readonly #url: () => string;
  readonly #user: string;
  readonly #wanted: WantedTurn[] = [];
  readonly #steps: Record<Step, number>;
  /** The turns of each session that a client was told of, in the order in which it was. */
  readonly #known = new Map<string, string[]>();

  /** @param url of an instance that lives, another each time */
  constructor(name: string, random: Random, url: () => string) {
    this.#played = { name, tried: [], deleted: new Map(), seen: [], final: new Map(), listed: [] };
    this.#random = random;
    this.#url = url;
    this.#user = name;
    this.#steps = { ...steps, delete: random.chance(0.4) ? 1 : 0 };
  }

  async play(): Promise<PlayedBranches> {
    const opening = this.#want({ sessionId: undefined, after: undefined, fork: false }, 1);
    await this.#untilTold(opening);
    const clients = Array.from({ length: this.#random.between(2, 5) }, () => this.#client(this.#random.fork()));
    await Promise.all(clients);
    await this.#settle();
    return this.#played;
  }

  async #client(random: Random): Promise<void> {
    for (let step = random.between(2, 5); step > 0; step -= 1) {
      await sleep(random.between(0, 30));
      await this.#step(random.weighted(this.#steps), random);
    }
  }

  async #step(step: Step, random: Random): Promise<void> {
    const keyed = this.#wanted.filter(({ key }) => key !== undefined);
    if (step === 'retry') {
      if (keyed.length > 0) await this.#try(random.pick(keyed), random);
      return;
    }
    if (this.#known.size === 0) return;
    const [sessionId, turns] = random.pick([...this.#known]);
    const earlier = random.chance(0.15) ? null : random.pick(turns);
    if (step === 'send') await this.#insist(this.#want({ sessionId, after: turns.at(-1) }), random);
    else if (step === 'sendLate') await this.#insist(this.#want({ sessionId, after: earlier }), random);
    else if (step === 'fork') await this.#fork(sessionId, earlier, random);
    else if (step === 'leave') {
      const wanted = this.#want({ sessionId, after: earlier, fork: random.chance(0.7) }, 1);
      await this.#try(wanted, random, AbortSignal.timeout(random.between(1, 120)));
    } else if (step === 'stop') await stopTurn(this.#url(), sessionId, this.#user);
    else if (step === 'read') await this.#read(sessionId);
    else await this.#delete(sessionId);
  }

  /** What the source was before and after it stands among what was seen. */
  async #fork(sessionId: string, after: string | null, random: Random): Promise<void> {
    await this.#read(sessionId);
    await this.#try(this.#want({ sessionId, after, fork: true }), random);
    await this.#read(sessionId);
  }

  #want(
    place: Pick<WantedTurn, 'sessionId' | 'after'> & { fork?: boolean },
    keys = 0.7,
    random = this.#random,
  ): WantedTurn {
    const name = `${this.#played.name} message ${this.#wanted.length}`;
    const isFirst = place.sessionId === undefined;
    const fails = !isFirst && random.chance(0.08);
    const wish = { words: random.between(0, 8), delayMs: random.between(0, 12) };
    const message = messageOf(name, { ...wish, fails: fails ? 'at-last' : undefined });
    const wanted = { fork: false, ...place, message, fails, key: random.chance(keys) ? name : undefined };
    this.#wanted.push(wanted);
    return wanted;
  }

  /** Tries a few times while the session is busy. */
  async #insist(wanted: WantedTurn, random: Random): Promise<void> {
    for (let tries = random.between(1, 4); tries > 0; tries -= 1) {
      const outcome = await this.#try(wanted, random);
      if (outcome.kind !== 'refused' || outcome.code !== 'session-busy') return;
      await sleep(random.between(10, 80));
    }
  }

  async #try(wanted: WantedTurn, random: Random, signal?: AbortSignal): Promise<Outcome> {
    const { fails: _, ...ask } = wanted;
    const learn = (sessionId: string) => {
      if (!this.#played.final.has(sessionId)) this.#played.final.set(sessionId, undefined);
    };
    const askedAt = performance.now();
    const outcome = await askTurn(this.#url(), {
      ...{ ...ask, fork: ask.fork || undefined },
      ...{ user: this.#user, stream: random.chance(0.5), signal, onStarted: learn },
    });
    const answeredAt = performance.now();
    this.#played.tried.push({ wanted, askedAt, answeredAt, outcome, stayed: signal === undefined });
    if (outcome.kind === 'answered') {
      learn(outcome.sessionId);
      if (outcome.text !== '') this.#learnTurn(wanted, outcome.sessionId, outcome.turnId);
    }
    return outcome;
  }

  #learnTurn({ sessionId, after, fork }: WantedTurn, id: string, turnId: string): void {
    const source = this.#known.get(sessionId ?? '') ?? [];
    const copied = fork && after != null ? source.slice(0, source.indexOf(after) + 1) : [];
    const turns = this.#known.get(id) ?? copied;
    if (!turns.includes(turnId)) turns.push(turnId);
    this.#known.set(id, turns);
  }

  /** Tries until it is known what became of it: what was left, or cut by an instance's death, is asked for again. */
  async #untilTold(wanted: WantedTurn): Promise<void> {
    for (let tries = MAX_TRIES; tries > 0; tries -= 1) {
      const outcome = await this.#try(wanted, this.#random);
      if (!isUnknown(outcome) && !(outcome.kind === 'refused' && outcome.code === 'session-busy')) return;
      await sleep(50);
    }
    throw new Error(`${wanted.message}: never answered`);
  }

  async #read(sessionId: string): Promise<void> {
    const session = await surely(this.#url, (url) => sessionOf(url, sessionId, this.#user));
    if (session !== undefined) this.#played.seen.push({ sessionId, session });
  }

  async #delete(sessionId: string): Promise<void> {
    // From now on what happens on it may be for nothing; what happened before is read.
    if (!this.#played.deleted.has(sessionId)) this.#played.deleted.set(sessionId, performance.now());
    await this.#read(sessionId);
    await surely(this.#url, (url) => deleteSession(url, sessionId, this.#user));
  }

  /** Waits until nothing runs any more, then reads all that there is. */
  async #settle(): Promise<void> {
    const lastOutcomes = new Map(this.#played.tried.map(({ wanted, outcome }) => [wanted, outcome]));
    for (const [wanted, outcome] of lastOutcomes) {
      if (isUnknown(outcome) && wanted.key !== undefined) await this.#untilTold(wanted);
    }
    for (const sessionId of this.#played.final.keys()) {
      while ((await stopTurn(this.#url(), sessionId, this.#user)) !== false) await sleep(50);
    }
    this.#played.listed = await surely(this.#url, (url) => sessionsOf(url, this.#user));
    for (const sessionId of new Set([...this.#played.final.keys(), ...this.#played.listed])) {
      this.#played.final.set(sessionId, await surely(this.#url, (url) => sessionOf(url, sessionId, this.#user)));
    }
  }
}

/** Nobody was told what became of the turn. */
function isUnknown(outcome: Outcome): boolean {
  return outcome.kind === 'cut' || isAway(outcome);
}
