import { Gate, type Script } from '../upstream/script.ts';
import { type RecordedRequest, ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { promptTokensOf, tokensOf } from '../upstream/token-bill.ts';
import type { Random } from './random.ts';

/** How a call for a summary is answered, and how often so. */
const kinds = {
  'at once': 10,
  late: 5,
  'at the end': 0.5,
  failed: 1,
  empty: 0.7,
  'too long': 0.7,
  cut: 0.7,
  unfinished: 0.7,
  filtered: 0.5,
};
type Kind = keyof typeof kinds;

export interface Call {
  request: RecordedRequest;
  /** Absent: an answer is asked for. */
  summary?: Kind;
}

type PromptMessage = { role: string; content: string };

/** Facts are told by their numbers: F7, and in summaries also from one to another. */
const factPattern = /\bF(\d+)(?:\.\.F(\d+))?\b/g;
/** About as long as a summary may be. */
const PADDING = ' and so on'.repeat(6);

/** Every fact that these messages tell. */
export function factsOf(messages: readonly { content: string }[]): Set<number> {
  const facts = new Set<number>();
  for (const [, from, to = from] of messages.flatMap(({ content }) => [...content.matchAll(factPattern)])) {
    for (let fact = Number(from); fact <= Number(to); fact += 1) facts.add(fact);
  }
  return facts;
}

/** A model that knows only its prompt. What it is told to summarise it summarises with all facts, or not at all. */
export class SummaryModel {
  readonly #upstream: ScriptedUpstream;
  readonly #callers = new Map<string, { random: Random; calls: Call[]; end: Gate; answers: Map<string, Script> }>();
  /** Told whenever a summary is asked for. */
  onSummary: () => void = () => {};

  private constructor(upstream: ScriptedUpstream) {
    this.#upstream = upstream;
    upstream.respond = (request) => this.#answer(request);
  }

  static async open(): Promise<SummaryModel> {
    return new SummaryModel(await ScriptedUpstream.start());
  }

  get baseUrl(): string {
    return this.#upstream.baseUrl;
  }

  /** @param caller is named in each of its messages */
  know(caller: string, random: Random): void {
    this.#callers.set(caller, { random, calls: [], end: new Gate(), answers: new Map() });
  }

  plan(caller: string, message: string, answer: Script): void {
    this.#callers.get(caller)?.answers.set(message, answer);
  }

  callsOf(caller: string): readonly Call[] {
    return this.#callers.get(caller)?.calls ?? [];
  }

  /** Says the summaries that are held back. */
  release(caller: string): void {
    this.#callers.get(caller)?.end.open();
  }

  close(): Promise<void> {
    return this.#upstream.stop();
  }

  #answer(request: RecordedRequest): Script {
    this.#upstream.requests.length = 0;
    const messages = request.body['messages'] as PromptMessage[];
    const [name = ''] = /caller \d+/.exec(messages.map(({ content }) => content).join('\n')) ?? [];
    const caller = this.#callers.get(name);
    if (caller === undefined) return { deltas: ['?'], usage: usageOf(request, ['?']) };
    const { content = '' } = messages.at(-1) ?? {};
    if (!content.includes('Do not answer.')) {
      caller.calls.push({ request });
      const script = caller.answers.get(content) ?? {};
      return { ...script, usage: usageOf(request, script.deltas) };
    }
    this.onSummary();
    const kind = caller.random.weighted(kinds);
    caller.calls.push({ request, summary: kind });
    const text = `${name}: ${rangesOf(summarisedBy(messages))}${PADDING}`;
    const script = scriptOf(kind, text, caller.random, caller.end);
    // Some providers do not say what they bill.
    return { ...script, usage: caller.random.chance(0.3) ? null : usageOf(request, script.deltas) };
  }
}

/** What a summary that is asked for has to tell: of the first messages behind the summaries; or of these alone. */
function summarisedBy(messages: PromptMessage[]): number[] {
  const asked = messages.at(-1)?.content ?? '';
  const [, count] = /first (\d+) messages/.exec(asked) ?? [];
  const said = messages.filter(({ role, content }) => role !== 'system' && !content.startsWith('Summaries of'));
  const facts = count === undefined ? factsOf([{ content: asked }]) : factsOf(said.slice(0, Number(count)));
  return [...facts].sort((one, other) => one - other);
}

function rangesOf(facts: number[]): string {
  const ranges: [number, number][] = [];
  for (const fact of facts) {
    const last = ranges.at(-1);
    if (last?.[1] === fact - 1) last[1] = fact;
    else ranges.push([fact, fact]);
  }
  return ranges.map(([from, to]) => (from === to ? `F${from}` : `F${from}..F${to}`)).join(' ');
}

function scriptOf(kind: Kind, text: string, random: Random, end: Gate): Script {
  const deltas = text.match(/\S+\s*/g) ?? [];
  switch (kind) {
    case 'at once':
      return { deltas };
    case 'late':
      return { deltas, delayMs: random.between(5, 100) };
    case 'at the end':
      return { deltas: [end, ...deltas] };
    case 'failed':
      return { status: 500, body: {} };
    case 'empty':
      return { deltas: [] };
    case 'too long':
      return { deltas: Array.from({ length: 6 }, () => text) };
    case 'cut':
      return { deltas: deltas.slice(0, 4), ending: 'cut' };
    case 'unfinished':
      return { deltas: deltas.slice(0, 4), finishReason: 'length' };
    case 'filtered':
      return { deltas: deltas.slice(0, 4), finishReason: 'content_filter' };
  }
}

function usageOf({ body }: RecordedRequest, deltas: Script['deltas'] = []) {
  const text = deltas.filter((delta) => !(delta instanceof Gate)).join('');
  return { prompt_tokens: promptTokensOf(body), completion_tokens: tokensOf(text) };
}
