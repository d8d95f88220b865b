import { setTimeout as sleep } from 'node:timers/promises';
import { Gate } from '../upstream/script.ts';
import { tokensOf } from '../upstream/token-bill.ts';
import type { ModelBooks, Planned, SpentTurn } from './model-books.ts';
import type { Random } from './random.ts';
import { askTurn, deleteSession, eraseAll, join, type Outcome, stopTurn, surely } from './talk.ts';

/** Each is one token, however they are joined. */
const words =
  ' the of and to in is you that it he was for on are as with his they at be this have from or one had by word but not';
const vocabulary = words.match(/ \w+/g) ?? [];

/** How the model answers, and how often so. */
const kinds = {
  whole: 10,
  'without usage': 3,
  'too long': 1,
  reasoning: 1,
  refused: 2,
  filtered: 1,
  broken: 2,
  error: 1,
  silent: 0.5,
};

/** What ends a turn early. Nobody knows when a turn ends that its client left: it is the last. */
const disturbances = { stop: 4, delete: 2, erase: 2 };
type Disturbance = keyof typeof disturbances | 'leave';

/** A caller with an account of its own: a few turns, one after the other, some of them ended early. */
export class Spender {
  readonly user: string;
  readonly turns: SpentTurn[] = [];
  /** The days, since 1970, on which it played. */
  readonly days: number[] = [];
  /** How each turn ended. */
  readonly endings: string[] = [];
  readonly #random: Random;
  readonly #books: ModelBooks;
  readonly #url: () => string;
  #sessionId: string | undefined;

  /** @param url of an instance that runs at the moment */
  constructor(user: string, random: Random, books: ModelBooks, url: () => string) {
    this.user = user;
    this.#random = random;
    this.#books = books;
    this.#url = url;
  }

  async play(): Promise<void> {
    this.days.push(today());
    for (let left = this.#random.between(1, 3); left > 0; left -= 1) await this.#turn(left === 1);
    this.days.push(today());
  }

  /** Begins once more, which looks at all that was counted before. */
  async playAgain(): Promise<void> {
    this.#sessionId = undefined;
    await this.#turn(true);
    this.days.push(today());
  }

  async #turn(isLast: boolean): Promise<void> {
    const { user } = this;
    const random = this.#random;
    const kind = random.weighted(kinds);
    const answers = answersOf(kind, random);
    const isOpen = kind === 'whole' || kind === 'without usage';
    const how =
      isOpen && random.chance(0.5)
        ? random.weighted<Disturbance>({ ...disturbances, leave: isLast ? 2 : 0 })
        : undefined;
    // The model holds its breath at some word, so that all that it has said has arrived; or nobody knows what has.
    const gate = new Gate();
    const [{ deltas = [] }] = answers;
    const heldAt = how !== undefined && random.chance(0.7) ? random.between(0, deltas.length) : undefined;
    if (heldAt !== undefined) deltas.splice(heldAt, 0, gate);
    const message = `${user} says ${this.turns.length}`;
    this.#books.plan(message, answers);

    const askedAt = performance.now();
    let received = 0;
    const heard = Promise.withResolvers<void>();
    const leaving = new AbortController();
    const stream = this.#sessionId === undefined || random.chance(0.7);
    const asked = askTurn(this.#url(), {
      message,
      user,
      sessionId: this.#sessionId,
      stream,
      signal: leaving.signal,
      onStarted: (sessionId) => {
        this.#sessionId = sessionId;
      },
      onFrames: (frames) => {
        received = frames.filter(({ data }) => data.startsWith('{"token":')).length;
        if (received === heldAt) heard.resolve();
      },
    });
    if (how !== undefined) {
      const breathless = Promise.all([
        this.#books.asked(message),
        stream ? heard.promise : sleep(random.between(0, 50)),
      ]);
      await Promise.race([asked, heldAt === undefined ? sleep(random.between(0, 200)) : breathless]);
      if (!(await this.#disturb(how, leaving)) || how === 'leave') gate.open();
    }
    const outcome = await asked;
    gate.open();
    if (outcome.kind === 'answered') {
      this.#sessionId = outcome.sessionId;
      received = tokensOf(outcome.text);
    }
    this.endings.push(nameOf(outcome));
    const isHeard = wasHeard(outcome) || (how === 'leave' && (await this.#wasStored()));
    this.turns.push({ message, received, isHeard, tookMs: performance.now() - askedAt });
  }

  /** Whether a turn that went on without its caller came to a good end. */
  async #wasStored(): Promise<boolean> {
    const { user } = this;
    const sessionId = this.#sessionId;
    if (sessionId === undefined) return false;
    const { frames } = await surely(this.#url, (url) => join(url, sessionId, 0, { user }));
    return frames.some(({ data }) => /"finish_reason":"(stop|length)"/.test(data));
  }

  /** @returns whether the service has heard of it */
  async #disturb(how: Disturbance, leaving: AbortController): Promise<boolean> {
    const sessionId = this.#sessionId ?? '';
    try {
      if (how === 'leave') leaving.abort();
      else if (how === 'stop') return (await stopTurn(this.#url(), sessionId, this.user)) === true;
      else if (how === 'delete') await deleteSession(this.#url(), sessionId, this.user);
      else await eraseAll(this.#url(), this.user);
      return true;
    } catch {
      // The instance was killed.
      return false;
    }
  }
}

function answersOf(kind: keyof typeof kinds, random: Random): [Planned, ...Planned[]] {
  const delayMs = random.between(0, 8);
  const said = () => Array.from({ length: random.between(1, 20) }, () => random.pick(vocabulary));
  const whole = (): Planned => ({ delayMs, deltas: said(), reasoning: random.chance(0.5) ? random.between(1, 60) : 0 });
  const refusal: Planned = random.chance(0.5)
    ? { status: 500 }
    : { status: 429, headers: { 'retry-after-ms': '20' }, body: {} };
  // Before the first token it is asked again, after it not.
  const nothing = random.chance(0.5);
  switch (kind) {
    case 'whole':
      return [whole()];
    case 'without usage':
      return [{ delayMs, deltas: said() }];
    case 'too long':
      return [{ ...whole(), finishReason: 'length' }];
    case 'reasoning':
      return [{ deltas: [], finishReason: 'length', reasoning: 500 }];
    case 'refused':
      return random.chance(0.7) ? [refusal, whole()] : [refusal];
    case 'filtered':
      return [{ delayMs, deltas: said(), finishReason: 'content_filter', reasoning: 0 }];
    case 'broken':
      return [{ deltas: nothing ? [] : said(), ending: 'cut' }, whole()];
    case 'error':
      return [
        { deltas: nothing ? [] : said(), ending: { error: { code: 'server_error', message: 'It broke.' } } },
        whole(),
      ];
    case 'silent':
      return [{ deltas: nothing ? [] : said(), ending: 'silence' }, whole()];
  }
}

/** The model was heard to its end, and not only to where somebody cut it. */
function wasHeard(outcome: Outcome): boolean {
  if (outcome.kind === 'answered') return outcome.finishReason !== 'stopped';
  return outcome.kind === 'refused' && ['content-filtered', 'output-limit-reached'].includes(outcome.code);
}

function nameOf(outcome: Outcome): string {
  if (outcome.kind === 'answered') return outcome.finishReason;
  return outcome.kind === 'refused' ? outcome.code : 'cut';
}

function today(): number {
  return Math.floor(Date.now() / 86_400_000);
}
