import { setTimeout as sleep } from 'node:timers/promises';
import type { Model, PromptMessage } from '../shared/conversation/ports/model.ts';
import { Conversation, toFirstToken } from '../test/conversation/conversation.ts';
import { atOnce, FactModel, fact, factsIn, type Summarize, textOf, tokensOf } from '../test/conversation/fact-model.ts';
import { median } from './median.ts';

// What summaries cost and keep, beside dropping the oldest turns; and what they do to the time of the turns that ask for
// one. In this process, by a model that knows its prompt alone.
// Run: npx node bench/summaries.ts

const TURNS = 500;
const SAMPLES = 20;

/** A summary of some 150 tokens, whatever it is of. */
const usual: Summarize = (text, tell, signal) => atOnce(`${text} ${'and so on '.repeat(40)}`, tell, signal);

/** Tokens of what a prompt begins with as one before it did, which a provider's cache can serve. */
function cachedTokens(prompt: PromptMessage[], before: PromptMessage[]): number {
  const other = prompt.findIndex(({ content }, at) => before[at]?.content !== content);
  return other === 0 ? 0 : tokensOf(prompt.slice(0, other < 0 ? prompt.length : other));
}

async function tokens(budget: number, words: number, contextOverflow: 'summarize' | 'drop') {
  const model = new FactModel();
  model.summarize = usual;
  const conversation = new Conversation(model, { maxContextTokens: budget, contextOverflow });
  const sums = { prompts: 0, cached: 0, answers: 0, summaries: 0 };
  let sessionId: string | undefined;
  let missing = 0;
  let grown = 0;
  let longest = 0;
  for (let turn = 0; turn < TURNS; turn += 1) {
    const { finished, ...told } = await conversation.talk(fact(turn, words), { sessionId });
    sessionId = told.sessionId;
    const [prompt = [], before = []] = model.prompts.slice(-2).reverse();
    const cached = cachedTokens(prompt, before);
    longest = Math.max(longest, tokensOf(prompt));
    if (factsIn(textOf(prompt)).size <= turn) missing += 1;
    if (turn >= TURNS / 2 && cached >= tokensOf(before)) grown += 1;
    sums.prompts += finished?.usage.prompt_tokens ?? 0;
    sums.answers += finished?.usage.completion_tokens ?? 0;
    sums.cached += cached;
    sums.summaries += finished?.context.summary_tokens ?? 0;
  }
  const per100 = (sum: number) => Math.round((sum * 100) / TURNS);
  return {
    budget,
    'tokens a turn': tokensOf(model.prompts[3] ?? []) - tokensOf(model.prompts[2] ?? []),
    overflow: contextOverflow,
    'prompts / 100': per100(sums.prompts),
    'of it as before': per100(sums.cached),
    'answers / 100': per100(sums.answers),
    'summaries / 100': per100(sums.summaries),
    calls: model.summaryPrompts.length,
    'late prompts that grew %': Math.round((grown * 1000) / (TURNS / 2)) / 10,
    'longest prompt': longest,
    'turns with a fact missing': missing,
  };
}

const rows = [];
for (const [budget, words] of [
  [3000, 30],
  [3000, 200],
  [16_000, 200],
] as const) {
  for (const overflow of ['drop', 'summarize'] as const) rows.push(await tokens(budget, words, overflow));
}
console.table(rows);

/** Says its first word after 100 ms, and all after 200 more. */
function slowly(facts: FactModel, isSlow: () => boolean): Model {
  return {
    name: 'slow',
    async stream(messages, options, signal, tell) {
      if (options.purpose === undefined && isSlow()) await sleep(100);
      return facts.stream(messages, options, signal, tell);
    },
  };
}

const after =
  (ms: number): Summarize =>
  async (text, tell, signal) => {
    await sleep(ms, undefined, { signal, ref: false });
    return atOnce(text, tell, signal);
  };
const kinds: Record<string, Summarize | 'drop'> = {
  'none (drop)': 'drop',
  'after 0.1 s': after(100),
  'after 4 s': after(4000),
  never: after(600_000),
  fails: () => Promise.reject(new Error('no')),
  'is empty': (_, tell) => tell({ type: 'end', finishReason: 'stop' }),
  'is filtered': (text, tell) => {
    tell({ type: 'delta', text });
    throw new Error('filtered');
  },
  'is too long': (_, tell) => {
    tell({ type: 'delta', text: 'one '.repeat(900) });
    tell({ type: 'end', finishReason: 'stop' });
  },
};

async function times(summarize: Summarize | 'drop') {
  const firsts: number[] = [];
  const wholes: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const facts = new FactModel();
    let isSlow = false;
    facts.answering = () => (isSlow ? sleep(200) : Promise.resolve());
    if (summarize !== 'drop') facts.summarize = summarize;
    const contextOverflow = summarize === 'drop' ? 'drop' : 'summarize';
    const options = { maxContextTokens: 1000, contextOverflow } as const;
    const conversation = new Conversation(
      slowly(facts, () => isSlow),
      options,
    );
    let sessionId: string | undefined;
    for (let turn = 0; turn < 9; turn += 1) ({ sessionId } = await conversation.talk(fact(turn), { sessionId }));
    isSlow = true;
    const startedAt = performance.now();
    const { rest } = await toFirstToken(conversation.take(fact(9, 120), { sessionId }));
    firsts.push(performance.now() - startedAt);
    await rest();
    wholes.push(performance.now() - startedAt);
    if (summarize !== 'drop' && facts.summaryPrompts.length !== 1) throw new Error('it was not asked for');
  }
  return { 'first token ms': median(firsts).toFixed(0), 'end ms': median(wholes).toFixed(0) };
}

const timed: Record<string, object> = {};
for (const [kind, summarize] of Object.entries(kinds)) timed[kind] = await times(summarize);
console.table(timed);
process.exit(0);
