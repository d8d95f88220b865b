import { Gate, type Script } from '../upstream/script.ts';
import { type RecordedRequest, ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { promptTokensOf, tokensOf } from '../upstream/token-bill.ts';

/** What the model answers to one call. */
export interface Planned extends Omit<Script, 'usage'> {
  /** Tokens that are billed beside what is said. Absent: no usage is sent, and no more is billed than was said. */
  reasoning?: number;
}

interface Call {
  request: RecordedRequest;
  planned: Planned;
}

/** What a turn's calls cost, in tokens. The first two differ where nobody can say how much arrived of an answer. */
export interface Bill {
  least: number;
  most: number;
  /** Beyond that, what calls cost by the service's count that were given up before they reached the model. */
  unreached: number;
}

/** How a turn went, as its caller can tell. */
export interface SpentTurn {
  message: string;
  /** Tokens that surely arrived from the model, as they were passed on. */
  received: number;
  /** The last call was heard to its end. */
  isHeard: boolean;
  tookMs: number;
}

/** At most so many calls a turn. */
const CALLS = 3;

/** A scripted model that keeps books: what it was asked for each message, and what it bills for that. */
export class ModelBooks {
  readonly #plans = new Map<string, Planned[]>();
  readonly #calls = new Map<string, Call[]>();
  readonly #asked = new Map<string, PromiseWithResolvers<void>>();
  readonly #upstream: ScriptedUpstream;
  readonly #silenceMs: number;
  #longestPrompt = 0;

  private constructor(upstream: ScriptedUpstream, silenceMs: number) {
    this.#upstream = upstream;
    this.#silenceMs = silenceMs;
    upstream.respond = (request) => this.#answer(request);
  }

  /** @param silenceMs after which a call is given up */
  static async open(silenceMs: number): Promise<ModelBooks> {
    return new ModelBooks(await ScriptedUpstream.start(), silenceMs);
  }

  get baseUrl(): string {
    return this.#upstream.baseUrl;
  }

  /** @param answers to the calls for a message, one after the other; the last one also to what is asked beyond them */
  plan(message: string, answers: [Planned, ...Planned[]]): void {
    this.#plans.set(message, answers);
    this.#asked.set(message, Promise.withResolvers());
  }

  /** Resolves once the model is asked for the message. */
  async asked(message: string): Promise<void> {
    await this.#asked.get(message)?.promise;
  }

  /** What is billed for a turn: of each call its usage, or else its prompt and what was said. */
  bill({ message, received, isHeard, tookMs }: SpentTurn): Bill {
    const calls = this.#calls.get(message) ?? [];
    const bill: Bill = { least: 0, most: 0, unreached: 0 };
    for (const [number, { request, planned }] of calls.entries()) {
      if (planned.status !== undefined) continue;
      const isLast = number === calls.length - 1;
      const prompt = promptTokensOf(request.body);
      const billed = prompt + tokensOf(request.said) + (request.isOver ? (planned.reasoning ?? 0) : 0);
      bill.least += isLast && isHeard ? billed : prompt + (isLast ? received : 0);
      bill.most += billed;
      this.#longestPrompt = Math.max(this.#longestPrompt, prompt);
    }
    const unreached = tookMs > this.#silenceMs ? CALLS - calls.length : isHeard ? 0 : 1;
    return { ...bill, unreached: unreached * this.#longestPrompt };
  }

  close(): Promise<void> {
    return this.#upstream.stop();
  }

  #answer(request: RecordedRequest): Script {
    this.#upstream.requests.length = 0;
    const { content = '' } = (request.body['messages'] as { content: string }[]).at(-1) ?? {};
    const calls = this.#calls.get(content) ?? [];
    const plans = this.#plans.get(content) ?? [{}];
    const planned = plans[Math.min(calls.length, plans.length - 1)] as Planned;
    this.#calls.set(content, [...calls, { request, planned }]);
    this.#asked.get(content)?.resolve();
    const { reasoning, ...script } = planned;
    const words = (script.deltas ?? []).filter((delta) => !(delta instanceof Gate)).length;
    return {
      ...script,
      usage:
        reasoning === undefined
          ? null
          : { prompt_tokens: promptTokensOf(request.body), completion_tokens: words + reasoning },
    };
  }
}
