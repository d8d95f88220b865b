import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './random.ts';
import type { SummaryModel } from './summary-model.ts';
import { askTurn, deleteSession, isAway, type Outcome, type ReadSession, sessionOf, stopTurn, surely } from './talk.ts';

/** What is done to a turn under way. */
const disturbances = { none: 20, stop: 3, leave: 1.5, delete: 0.3, beside: 1.5 };
type Disturbance = keyof typeof disturbances;

export interface ToldFact {
  fact: number;
  message: string;
  outcome: Outcome;
  /** Nobody can say how far its calls went. */
  isDisturbed: boolean;
}

/** All that one caller saw. */
export interface PlayedFacts {
  caller: string;
  told: ToldFact[];
  deleted: Set<string>;
  /** By id, what there is of each session after all is quiet. */
  final: Map<string, ReadSession | undefined>;
  startedAt: number;
  endedAt: number;
}

const filler = ['of this', 'and that', 'so it was', 'in the end', 'on the way', 'by the sea', 'as they say'];
const MAX_TRIES = 400;

/** One caller tells fact after fact in one conversation, each at an instance of its own choice. */
export class SummarySchedule {
  readonly #played: PlayedFacts;
  readonly #random: Random;
  readonly #model: SummaryModel;
  readonly #url: () => string;
  #sessionId: string | undefined;
  #facts = 0;

  constructor(caller: string, random: Random, model: SummaryModel, url: () => string) {
    this.#played = { caller, told: [], deleted: new Set(), final: new Map(), startedAt: performance.now(), endedAt: 0 };
    this.#random = random;
    this.#model = model;
    this.#url = url;
    model.know(caller, random.fork());
  }

  async play(): Promise<PlayedFacts> {
    for (let left = this.#random.between(8, 22); left > 0; left -= 1) {
      if (!(await this.#tell(this.#random.weighted(disturbances)))) break;
      // A summary that is late may come between two turns.
      if (this.#random.chance(0.2)) await sleep(this.#random.between(0, 300));
    }
    await this.#settle();
    this.#played.endedAt = performance.now();
    return this.#played;
  }

  /** @returns false where the caller has used its limit */
  async #tell(how: Disturbance): Promise<boolean> {
    const { caller } = this.#played;
    if (how === 'beside') {
      const both = await Promise.all([this.#ask('none', true), this.#ask('none', true)]);
      return both.every((goesOn) => goesOn);
    }
    if (how === 'delete' && this.#sessionId !== undefined) {
      const asked = this.#ask('delete');
      await sleep(this.#random.between(0, 80));
      const id = this.#sessionId;
      this.#played.deleted.add(id);
      await surely(this.#url, (url) => deleteSession(url, id, caller));
      const goesOn = await asked;
      this.#sessionId = undefined;
      return goesOn;
    }
    return this.#ask(how);
  }

  /** Tells a fact until it is known what became of it, or nobody can know. */
  async #ask(how: Disturbance, isAlone = false): Promise<boolean> {
    const random = this.#random;
    const { caller, told, final } = this.#played;
    const sessionId = this.#sessionId;
    for (let tries = MAX_TRIES; tries > 0; tries -= 1) {
      const fact = this.#facts;
      this.#facts += 1;
      const words = Array.from({ length: random.chance(0.06) ? 40 : random.between(3, 12) }, () => random.pick(filler));
      const message = `${caller} says F${fact} ${words.join(' ')}`;
      const deltas = Array.from({ length: random.between(2, 12) }, () => ` ${random.pick(filler)}`);
      const fails = random.chance(0.08);
      const answer = { deltas, delayMs: random.between(0, 8), ...(fails && { ending: 'cut' as const }) };
      this.#model.plan(caller, message, answer);
      let stopping: Promise<unknown> | undefined;
      const outcome = await askTurn(this.#url(), {
        ...{ message, user: caller, sessionId, stream: how === 'stop' || random.chance(0.5) },
        signal: how === 'leave' ? AbortSignal.timeout(random.between(1, 100)) : undefined,
        onStarted: (id) => {
          final.set(id, undefined);
          if (how === 'stop') stopping = sleep(random.between(0, 60)).then(() => stopTurn(this.#url(), id, caller));
        },
      });
      await stopping;
      const isUnknown = outcome.kind === 'cut' || isAway(outcome);
      told.push({ fact, message, outcome, isDisturbed: how !== 'none' || fails || isUnknown });
      if (outcome.kind === 'answered') {
        final.set(outcome.sessionId, undefined);
        if (outcome.text !== '') this.#sessionId = outcome.sessionId;
      }
      if (outcome.kind !== 'refused' || outcome.code !== 'session-busy') {
        return outcome.kind !== 'refused' || outcome.code !== 'token-limit-exceeded';
      }
      if (isAlone) return true;
      await sleep(30);
    }
    throw new Error(`${caller}: its session is busy for ever`);
  }

  async #settle(): Promise<void> {
    const { caller, final } = this.#played;
    for (const id of final.keys()) {
      while ((await stopTurn(this.#url(), id, caller)) !== false) await sleep(50);
    }
    this.#model.release(caller);
    for (const id of final.keys()) final.set(id, await surely(this.#url, (url) => sessionOf(url, id, caller)));
  }
}
