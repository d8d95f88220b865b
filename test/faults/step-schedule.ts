import { setTimeout as sleep } from 'node:timers/promises';
import { type Plan, planned } from '../steps/planned-model.ts';
import type { Random } from './random.ts';
import { askTurn, historyOf, isAway, type Outcome, type StoredMessage, surely } from './talk.ts';

export interface PlayedTurn {
  message: string;
  plan: Plan;
  /** How often it was sent. */
  tries: number;
  outcome: Outcome;
}

export interface PlayedSteps {
  name: string;
  turns: PlayedTurn[];
  sessionId: string | undefined;
  messages: StoredMessage[] | undefined;
}

const MAX_TRIES = 600;

/** One caller, whose turns call tools, on one session: each is sent with its key until its outcome is known. */
export class StepSchedule {
  readonly #played: PlayedSteps;
  readonly #random: Random;
  readonly #url: () => string;
  #calls = 0;

  constructor(name: string, random: Random, url: () => string) {
    this.#played = { name, turns: [], sessionId: undefined, messages: undefined };
    this.#random = random;
    this.#url = url;
  }

  /** Goes on until one of its turns was cut, and sent again. */
  async play(): Promise<PlayedSteps> {
    while (!this.#played.turns.some(({ tries }) => tries > 1)) await this.#take();
    const { sessionId } = this.#played;
    if (sessionId !== undefined) this.#played.messages = await surely(this.#url, (url) => historyOf(url, sessionId));
    return this.#played;
  }

  async #take(): Promise<void> {
    const { name, turns } = this.#played;
    const random = this.#random;
    const plan = this.#plan();
    const message = planned(`${name} turn ${turns.length}`, plan);
    const { sessionId } = this.#played;
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const stream = random.chance(0.5);
      const outcome = await askTurn(this.#url(), { message, sessionId, key: message.slice(0, 200), stream });
      const isKnown = outcome.kind === 'answered' || (outcome.kind === 'refused' && outcome.code === 'tool-in-doubt');
      if (isKnown) {
        turns.push({ message, plan, tries, outcome });
        if (outcome.kind === 'answered') this.#played.sessionId = outcome.sessionId;
        return;
      }
      if (outcome.kind === 'refused' && ![409, 500].includes(outcome.status) && !isAway(outcome)) {
        throw new Error(`${name}: ${outcome.status} ${outcome.code}`);
      }
      await sleep(random.between(5, 60));
    }
    throw new Error(`${name}: its turn has no end`);
  }

  #plan(): Plan {
    const random = this.#random;
    const rounds = Array.from({ length: random.between(1, 3) }, (_, round) => ({
      says: random.chance(0.5) ? `Round ${round}. ` : '',
      calls: Array.from({ length: random.between(1, 3) }, (): [string, object] => {
        this.#calls += 1;
        const n = `${this.#played.name} call ${this.#calls}`;
        return [random.chance(0.5) ? 'pay' : 'look', { n }];
      }),
    }));
    return [...rounds, { says: 'All is done.' }];
  }
}
