import { describe, expect, test } from 'vitest';
import { Failure } from '../../shared/conversation/failure.ts';
import type { HeldLease } from '../../shared/conversation/held-lease.ts';
import type { PromptMessage } from '../../shared/conversation/ports/model.ts';
import { Prompts } from '../../shared/conversation/prompts.ts';
import { RunningTurns } from '../../shared/conversation/running-turns.ts';
import { PREFACE } from '../../shared/conversation/summaries.ts';
import { fitWindow, fixedTokens } from '../../shared/conversation/window.ts';
import { eventually } from '../eventually.ts';
import { countTokens } from '../tokens/o200k.ts';
import { Gate } from '../upstream/script.ts';
import { assistants, Conversation, counter, OWNER, toFirstToken } from './conversation.ts';
import { atOnce, FactModel, fact, factsIn, type Summarize, textOf, tokensOf } from './fact-model.ts';

/** A conversation of turns with a fact each. */
function conversationOf(model: FactModel, options: ConstructorParameters<typeof Conversation>[1] = {}) {
  const conversation = new Conversation(model, { maxContextTokens: 1000, contextOverflow: 'summarize', ...options });
  let sessionId: string | undefined;
  let turns = 0;
  const talk = async (message = fact(turns), more = {}) => {
    const told = await conversation.talk(message, { sessionId, ...more });
    sessionId = told.sessionId;
    turns += 1;
    return told;
  };
  return {
    conversation,
    talk,
    /** Up to the turn that asks for the next summary, and with it. */
    async talkToSummary(message?: string) {
      const asked = model.summaryPrompts.length;
      for (let turn = 0; turn < 30; turn += 1) {
        const told = await talk(message);
        if (model.summaryPrompts.length > asked) return told;
      }
      throw new Error('no summary was asked for');
    },
    get sessionId() {
      return sessionId ?? '';
    },
    get turns() {
      return turns;
    },
    async summaries() {
      const history = await conversation.store.history(OWNER, sessionId ?? '', { limit: 1, before: undefined });
      if (typeof history !== 'object') throw new Error('there is no session');
      return history.summaries;
    },
  };
}

const lastPrompt = (model: FactModel) => model.prompts.at(-1) as PromptMessage[];
const saying =
  (text: string, finishReason: 'stop' | 'length' = 'stop'): Summarize =>
  (_, tell) => {
    tell({ type: 'delta', text });
    tell({ type: 'end', finishReason });
  };
const failing =
  (failure: Failure): Summarize =>
  () => {
    throw failure;
  };
const never: Summarize = (_, tell, signal) => {
  tell({ type: 'delta', text: 'It begins' });
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
};

const bad: [string, Summarize][] = [
  ['fails', failing(new Failure('model-failed', ''))],
  ['the content filter refuses', failing(new Failure('content-filtered', ''))],
  [
    'the content filter ends',
    (text, tell) => {
      tell({ type: 'delta', text });
      throw new Failure('content-filtered', '');
    },
  ],
  ['is empty', saying('')],
  ['is blank', saying(' \n ')],
  ['is cut at its limit', saying('fact-0..3', 'length')],
  ['has more than a tenth of the budget', saying('one '.repeat(601))],
];

describe('a summary', () => {
  test('is asked for with the prompt of the answer, and an instruction in place of the message', async () => {
    const model = new FactModel();
    const { talkToSummary } = conversationOf(model);
    const { finished } = await talkToSummary();
    const [asked] = model.summaryPrompts as [PromptMessage[]];
    expect(asked.slice(0, -1)).toEqual(lastPrompt(model).slice(0, -1));
    expect(asked.at(-1)?.content).toMatch(/^Do not answer. Write a summary/);
    expect(model.summaryOptions[0]).toMatchObject({ maxOutputTokens: 100, cacheKey: expect.any(String) });
    expect(finished?.context.prompt_tokens).toBeGreaterThan(800);
  });

  test('stands before the turns it leaves, as material, with the caller’s instructions before it', async () => {
    const model = new FactModel();
    const { talk, talkToSummary, summaries } = conversationOf(model);
    await talkToSummary();
    const { finished } = await talk(undefined, { instructions: 'Be brief.' });
    const [system, instructions, summary, first] = lastPrompt(model);
    expect([system, instructions]).toMatchObject([
      { role: 'system', content: 'Be kind.' },
      { role: 'system', content: 'Be brief.' },
    ]);
    const [{ text } = { text: '' }] = await summaries();
    expect(summary).toEqual({ role: 'user', content: `${PREFACE}\n\n${text}` });
    const known = factsIn(text).size;
    expect(first?.content).toBe(fact(known));
    expect(finished?.context).toMatchObject({ summarized_messages: 2 * known, dropped_messages: 0, summary_tokens: 0 });
  });

  test('costs what the context says, beside the usage of the answer', async () => {
    const model = new FactModel();
    const usage = { prompt_tokens: 700, completion_tokens: 9, total_tokens: 709, cached_tokens: 650 };
    model.summarize = (text, tell) => {
      tell({ type: 'billed', usage });
      atOnce(text, tell, new AbortController().signal);
    };
    const { talkToSummary, conversation, turns } = conversationOf(model);
    const { finished } = await talkToSummary();
    expect(finished?.context.summary_tokens).toBe(709);
    expect(finished?.usage).toMatchObject({ prompt_tokens: finished?.context.prompt_tokens });
    await conversation.flush();
    const records = conversation.records.filter(({ event }) => event === 'summary');
    expect(records).toMatchObject([{ outcome: 'taken', usage, spent_tokens: 709, model: 'facts' }]);
    expect(conversation.observedAsides).toMatchObject([{ record: { outcome: 'taken' } }]);
    const answer = conversation.records.findLast(({ event }) => event === 'turn');
    expect(answer?.['spent_tokens']).toBe(finished?.usage.total_tokens);
    expect(turns).toBe(0);
  });

  test.each(bad)('that %s is not taken, and is tried again after 3, 6, 12 and 12 turns', async (_, summarize) => {
    const model = new FactModel();
    model.summarize = summarize;
    model.answer = 'Yes.';
    const session = conversationOf(model, { maxContextTokens: 6000 });
    await session.talkToSummary('A long text in many words. '.repeat(40));
    const asked = [session.turns];
    while (asked.length < 5) {
      await session.talkToSummary('Yes?');
      asked.push(session.turns);
    }
    expect(asked.slice(1).map((turn, at) => turn - (asked[at] ?? 0) - 1)).toEqual([3, 6, 12, 12]);
    expect(await session.summaries()).toEqual([]);
    model.summarize = saying('Short.');
    await session.talkToSummary('Yes?');
    expect(await session.summaries()).toHaveLength(1);
  });

  test('that has more than half of what it stands for is not taken', async () => {
    const model = new FactModel();
    const session = conversationOf(model, { maxContextTokens: 3000 });
    const long = 'A long text in many words. '.repeat(40);
    // A block of one short turn between two that are long.
    await session.talk('A short one.');
    model.summarize = saying('one '.repeat(40));
    for (const _ of [1, 2]) await session.talk(long.repeat(5));
    await session.talk();
    expect(model.summaryPrompts.length).toBe(1);
    expect(await session.summaries()).toEqual([]);
  });

  test('is never of the last two turns', async () => {
    const model = new FactModel();
    const session = conversationOf(model);
    const long = 'Very '.repeat(352);
    await session.talk(`fact-0 ${long}`);
    await session.talk(`fact-1 ${long}`);
    const { finished } = await session.talk('And now?');
    expect(finished?.context).toMatchObject({ messages: 5, prompt_tokens: expect.any(Number) });
    expect(finished?.context.prompt_tokens).toBeGreaterThan(800);
    expect(model.summaryPrompts).toEqual([]);
    // A third is: of the first alone.
    await session.talk('And then?');
    expect(model.summaryPrompts.length).toBe(1);
    expect((await session.summaries()).map(({ text }) => text)).toEqual(['fact-0..0']);
  });

  test('is folded with others where they take more than a fifth of the budget', async () => {
    const model = new FactModel();
    model.summarize = (text, tell, signal) => {
      const isFold = model.summaryPrompts.at(-1)?.length === 1;
      atOnce(isFold ? text : `${text} ${'of '.repeat(70)}`, tell, signal);
    };
    const session = conversationOf(model);
    const folds = () => model.summaryPrompts.filter(({ length }) => length === 1);
    let before = await session.summaries().catch(() => []);
    while (folds().length === 0) {
      before = session.turns === 0 ? [] : await session.summaries();
      await session.talk();
    }
    const after = await session.summaries();
    const [fold] = folds() as [PromptMessage[]];
    expect(before.length).toBeGreaterThan(after.length);
    const folded = before.slice(0, before.length - after.length + 1);
    // It takes the place and the span of those that it is made of, and knows them alone.
    expect(fold[0]?.content).toContain([PREFACE, ...folded.map(({ text }) => text)].join('\n\n'));
    expect(after[0]).toMatchObject({
      from_turn_id: folded[0]?.from_turn_id,
      through_turn_id: folded.at(-1)?.through_turn_id,
    });
    expect(after.slice(1)).toEqual(before.slice(folded.length));
    for (let turn = 0; turn < 60; turn += 1) {
      const { finished } = await session.talk();
      expect(finished?.context.prompt_tokens).toBeLessThanOrEqual(1000);
      expect(factsIn(textOf(lastPrompt(model))).size).toBe(session.turns);
    }
    expect(folds().length).toBeGreaterThan(2);
  });
});

describe('what does not fit', () => {
  test('as a long message comes is summarised beside it, and known from then on', async () => {
    const model = new FactModel();
    const session = conversationOf(model);
    for (let turn = 0; turn < 8; turn += 1) await session.talk();
    expect(model.summaryPrompts).toEqual([]);
    const { finished } = await session.talk(`fact-8 ${'long '.repeat(450)}`);
    expect(finished?.context.dropped_messages).toBeGreaterThan(0);
    expect(finished?.context.prompt_tokens).toBeLessThanOrEqual(1000);
    const next = await session.talk();
    expect(factsIn(textOf(lastPrompt(model))).size).toBe(10);
    expect(next.finished?.context).toMatchObject({
      dropped_messages: 0,
      summarized_messages: finished?.context.dropped_messages,
    });
    // What is asked for it is no more than the budget either.
    expect(tokensOf(model.summaryPrompts[0] ?? [])).toBeLessThanOrEqual(1000);
  });

  test('by the count of a provider that counts more is summarised as well', async () => {
    const model = new FactModel();
    model.countsMore = 1.6;
    const session = conversationOf(model);
    for (let turn = 0; turn < 60; turn += 1) {
      const { finished } = await session.talk();
      expect(finished?.usage.prompt_tokens).toBeLessThanOrEqual(1000);
      expect(factsIn(textOf(lastPrompt(model))).size).toBe(session.turns);
    }
  });

  test('of the summaries, beside two long turns, is there again behind them', async () => {
    const model = new FactModel();
    model.summarize = (text, tell, signal) => atOnce(`${text} ${'of '.repeat(70)}`, tell, signal);
    const session = conversationOf(model);
    while (session.turns < 3 || (await session.summaries()).length < 3) await session.talk();
    const known = await session.summaries();
    const long = 'long '.repeat(380);
    await session.talk(`fact-${session.turns} ${long}`);
    await session.talk(`fact-${session.turns} ${long}`);
    const { finished } = await session.talk();
    expect(finished?.context.dropped_messages).toBeGreaterThan(0);
    expect((await session.summaries())[0]?.from_turn_id).toBe(known[0]?.from_turn_id);
    for (let turn = 0; turn < 12; turn += 1) await session.talk();
    const told = factsIn(textOf(lastPrompt(model)));
    for (const each of factsIn(known.map(({ text }) => text).join(' '))) expect(told).toContain(each);
  });
});

test('an assistant that drops is asked for no summary, with the prompts that it had', async () => {
  const model = new FactModel();
  const session = conversationOf(model);
  const dropping = new Map(
    [...assistants].map(([name, each]) => [name, { ...each, contextOverflow: 'drop' as const }]),
  );
  const bounds = { maxContextTokens: 1000, maxOutputTokens: 500 };
  session.conversation.parts.prompts = new Prompts(counter, dropping, bounds);
  const window: string[] = [];
  for (let turn = 0; turn < 40; turn += 1) {
    const message = fact(turn);
    const tokens = window.map((content, at) => ({
      role: at % 2 ? ('assistant' as const) : ('user' as const),
      ...countTokens(content),
    }));
    const fixed = fixedTokens(countTokens('Be kind.').tokens, countTokens(message).tokens);
    window.splice(0, fitWindow(tokens, fixed, 1000).dropped);
    const { finished, ...told } = await session.talk(message);
    expect(lastPrompt(model).map(({ content }) => content)).toEqual(['Be kind.', ...window, message]);
    window.push(message, told.tokens.join(''));
    expect(finished?.context).toMatchObject({ summarized_messages: 0, summary_tokens: 0 });
  }
  expect(model.summaryPrompts).toEqual([]);
});

describe('no turn waits for a summary', () => {
  test.each<[string, Summarize]>([...bad, ['never ends', never], ['is there at once', atOnce]])(
    'that %s: each token is told, and the turn ends, all the same',
    async (_, summarize) => {
      const model = new FactModel();
      const conversation = conversationOf(model);
      model.summarize = summarize;
      const gate = new Gate();
      await conversation.talkToSummary();
      for (let turn = 0; turn < 3; turn += 1) await conversation.talk();
      model.answering = () => gate.passed;
      const turn = conversation.conversation.take(fact(99), { sessionId: conversation.sessionId });
      const first = await toFirstToken(turn);
      gate.open();
      const { finished } = await first.rest();
      expect(finished).toMatchObject({ finish_reason: 'stop' });
    },
  );

  test('that is late: it is stored behind the turn, and the next prompt has it', async () => {
    const model = new FactModel();
    const gate = new Gate();
    model.summarize = async (text, tell, signal) => {
      await gate.passed;
      await atOnce(text, tell, signal);
    };
    const session = conversationOf(model);
    const { finished } = await session.talkToSummary();
    expect(finished?.context.summary_tokens).toBeGreaterThan(800);
    expect(await session.summaries()).toEqual([]);
    // Meanwhile no other one is asked for.
    await session.talk();
    expect(model.summaryPrompts).toHaveLength(1);
    gate.open();
    await eventually(async () => (await session.summaries()).length === 1);
    const next = await session.talk();
    expect(next.finished?.context.summarized_messages).toBeGreaterThan(0);
    expect(factsIn(textOf(lastPrompt(model))).size).toBe(session.turns);
    await session.conversation.flush();
    expect(session.conversation.records.filter(({ event }) => event === 'summary')).toMatchObject([
      { outcome: 'taken' },
    ]);
  });
});

describe('a turn that ends early', () => {
  /** A turn that has asked for a summary that never ends, and has said its first word. */
  async function askedForever(session: ReturnType<typeof conversationOf>, model: FactModel) {
    const running = new LastTurn();
    session.conversation.parts.running = running;
    model.answer = 'Yes.';
    model.summarize = failing(new Failure('model-failed', ''));
    await session.talkToSummary();
    for (let turn = 0; turn < 3; turn += 1) await session.talk('Yes?');
    model.summarize = never;
    const gate = new Gate();
    model.answering = () => gate.passed;
    const turn = session.conversation.take(fact(99), { sessionId: session.sessionId });
    return { running, turn, gate };
  }
  const summaryRecords = async ({ conversation }: ReturnType<typeof conversationOf>) => {
    await conversation.flush();
    return conversation.records.filter(({ event }) => event === 'summary').slice(1);
  };

  test('ends its summary with it, which is paid for', async () => {
    const model = new FactModel();
    const session = conversationOf(model);
    const { running, turn, gate } = await askedForever(session, model);
    const { rest } = await toFirstToken(turn);
    running.last?.end('stopped');
    gate.open();
    const { finished } = await rest();
    expect(finished?.finish_reason).toBe('stopped');
    expect(finished?.context.summary_tokens).toBeGreaterThan(800);
    expect(await summaryRecords(session)).toMatchObject([
      { outcome: 'refused', spent_tokens: finished?.context.summary_tokens },
    ]);
  });

  test('asks for no summary where it was stopped before it could', async () => {
    const model = new FactModel();
    const session = conversationOf(model);
    const { running, turn } = await askedForever(session, model);
    await turn.next();
    running.last?.end('stopped');
    const asked = model.summaryPrompts.length;
    expect(await Array.fromAsync(turn)).toMatchObject([{ type: 'turn-finished', finish_reason: 'stopped' }]);
    expect(model.summaryPrompts).toHaveLength(asked);
  });

  test('as its session was deleted ends the summary that was late, and pays for it', async () => {
    const model = new FactModel();
    const session = conversationOf(model);
    const { turn, gate } = await askedForever(session, model);
    const { rest } = await toFirstToken(turn);
    await session.conversation.store.delete(OWNER, session.sessionId);
    gate.open();
    await expect(rest()).rejects.toMatchObject({ code: 'turn-lost' });
    const [record] = await summaryRecords(session);
    expect(record).toMatchObject({ outcome: 'lost' });
    expect(record?.['spent_tokens']).toBeGreaterThan(800);
  });
});

/** Knows the turn that began last. */
class LastTurn extends RunningTurns {
  last: HeldLease | undefined;

  override add(lease: HeldLease): void {
    this.last = lease;
    super.add(lease);
  }
}
