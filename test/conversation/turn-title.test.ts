import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { Failure } from '../../shared/conversation/failure.ts';
import type {
  CompletionEvent,
  CompletionOptions,
  Model,
  PromptMessage,
} from '../../shared/conversation/ports/model.ts';
import { eventually } from '../eventually.ts';
import { describeEachStore } from '../sessions/each-store.ts';
import { nothing, turnsOn } from '../sessions/turns-on.ts';
import { Gate } from '../upstream/script.ts';
import { Conversation, rules, toFirstToken } from './conversation.ts';

type Say = (tell: (event: CompletionEvent) => void, signal: AbortSignal) => void | Promise<void>;

const usage = { prompt_tokens: 80, completion_tokens: 7, total_tokens: 87, cached_tokens: 0 };
const saying =
  (text: string, finishReason: 'stop' | 'length' = 'stop'): Say =>
  (tell) => {
    if (text !== '') tell({ type: 'delta', text });
    tell({ type: 'billed', usage });
    tell({ type: 'end', finishReason });
  };
const failing =
  (failure: Failure, isRefused = false): Say =>
  (tell) => {
    if (isRefused) tell({ type: 'refused' });
    throw failure;
  };
const never: Say = (tell, signal) => {
  tell({ type: 'delta', text: 'It begins' });
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
};

/** Answers, and names conversations as it is told. */
class NamingModel implements Model {
  readonly name = 'naming';
  readonly titles: { messages: PromptMessage[]; options: CompletionOptions; signal: AbortSignal }[] = [];
  title: Say = saying('Named by the model');
  /** Behind the answer's first word, by when it is known whether a title is asked for. */
  answering: () => Promise<unknown> = () => new Promise((resolve) => setImmediate(resolve));

  async stream(...[messages, options, signal, tell]: Parameters<Model['stream']>): Promise<void> {
    tell({ type: 'asked' });
    if (options.purpose === 'title') {
      this.titles.push({ messages, options, signal });
      return this.title(tell, signal);
    }
    tell({ type: 'delta', text: 'Yes, ' });
    await this.answering();
    signal.throwIfAborted();
    tell({ type: 'delta', text: 'indeed.' });
    tell({ type: 'end', finishReason: 'stop' });
  }
}

const MESSAGE = 'Which of the two is better, and why is that so?';
const FIRST_WORDS = MESSAGE;

describeEachStore('a title by the model', (open) => {
  function start(limits: Partial<(typeof rules)['limits']> = { tokens_per_day: 1_000_000 }) {
    const model = new NamingModel();
    const owner = randomUUID();
    const store = open({ ...rules, limits: { ...rules.limits, ...limits } });
    const conversation = new Conversation(model, { store, owner });
    return {
      ...{ model, conversation, store },
      talk: (message = MESSAGE, more = {}) => conversation.talk(message, { isTitled: true, ...more }),
      take: (message = MESSAGE, more = {}) => conversation.take(message, { isTitled: true, ...more }),
      titleOf: async (sessionId: string) => (await store.session(owner, sessionId))?.summary.title,
      async records() {
        await conversation.flush();
        return conversation.records.filter(({ event }) => event === 'title');
      },
      /** What is used and held back of the day, and what is on record of it. */
      async spent() {
        const [claim, { limits, reserved }] = await turnsOn(() => store).begin(owner);
        await store.abandon(claim, { type: 'turn-failed', code: 'internal', detail: '' }, nothing, 0);
        const day = limits.find(({ name }) => name === 'tokens-per-day');
        await conversation.flush();
        // A turn that was answered and then lost has a second record.
        const last = new Map(conversation.records.map((each) => [`${each['event']} ${each['turn_id']}`, each]));
        const onRecord = [...last.values()].reduce((sum, { spent_tokens = 0 }) => sum + Number(spent_tokens), 0);
        return { counted: (day?.quota ?? 0) - (day?.remaining ?? 0) - reserved, onRecord };
      },
    };
  }
  const paid = async ({ spent }: ReturnType<typeof start>) => {
    const { counted, onRecord } = await spent();
    expect(counted).toBe(onRecord);
  };

  test('is asked for once, beside the first answer, with the message as material, and stored with it', async () => {
    const session = start();
    const { model, conversation, talk, titleOf, records } = session;
    const { sessionId, turnId, finished } = await talk();
    expect(await titleOf(sessionId)).toBe('Named by the model');
    const [asked] = model.titles;
    expect(asked?.messages).toEqual([
      { role: 'system', content: expect.stringContaining('at most 6 words') },
      { role: 'user', content: `The message:\n\n${MESSAGE}` },
    ]);
    expect(asked?.options).toMatchObject({ maxOutputTokens: 24, temperature: 0.2 });
    await talk('And another?', { sessionId });
    expect(model.titles).toHaveLength(1);
    expect(await titleOf(sessionId)).toBe('Named by the model');
    expect(await records()).toMatchObject([
      { outcome: 'taken', session_id: sessionId, turn_id: turnId, model: 'naming', usage, spent_tokens: 87 },
    ]);
    expect(conversation.observedAsides).toMatchObject([{ record: { event: 'title', outcome: 'taken' } }]);
    // It is in no figure of the answer.
    expect(finished?.context.summary_tokens).toBe(0);
    expect(finished?.usage.prompt_tokens).toBe(finished?.context.prompt_tokens);
    await paid(session);
  });

  test.each<[string, Say]>([
    ['is empty', saying('')],
    ['is blank', saying(' \n ')],
    ['is nothing but control characters', saying('\u0007\u0000')],
    ['is cut at its limit', saying('A title that goes on and', 'length')],
    ['fails', failing(new Failure('model-failed', ''))],
    ['is too slow', failing(new Failure('model-timeout', ''))],
    ['is refused, as the model is busy', failing(new Failure('model-busy', ''), true)],
    ['the content filter refuses', failing(new Failure('content-filtered', ''))],
  ])('that %s is not taken: the first words are, and what it cost is paid', async (_, title) => {
    const session = start();
    session.model.title = title;
    const { sessionId, tokens } = await session.talk();
    expect(tokens.join('')).toBe('Yes, indeed.');
    expect(await session.titleOf(sessionId)).toBe(FIRST_WORDS);
    expect(await session.records()).toMatchObject([{ outcome: 'refused' }]);
    await session.talk('More', { sessionId });
    expect(session.model.titles).toHaveLength(1);
    await paid(session);
  });

  test('is not asked for where nobody wants one, and not of an ephemeral or temporary turn', async () => {
    const { model, conversation, talk } = start();
    const { sessionId } = await conversation.talk(MESSAGE);
    await talk('More', { sessionId });
    await talk(MESSAGE, { isEphemeral: true });
    const { sessionId: secret, turnId } = await talk(MESSAGE, { isTemporary: true });
    await talk(MESSAGE, { sessionId: secret, after: turnId, fork: 'yes' });
    await talk(MESSAGE, { sessionId: secret, after: null, fork: 'yes' });
    expect(model.titles).toEqual([]);
  });

  test('is not asked for where the caller’s limit has no room for it', async () => {
    const { model, conversation, talk, titleOf } = start({ tokens_per_day: 600 });
    const { sessionId } = await talk();
    expect(model.titles).toEqual([]);
    expect(await titleOf(sessionId)).toBe(FIRST_WORDS);
    expect(conversation.records).toMatchObject([{ event: 'turn', outcome: 'answered' }]);
  });

  test('is waited for by nobody: one that is late takes the place of the first words', async () => {
    const session = start();
    const gate = new Gate();
    session.model.title = async (tell, signal) => {
      await gate.passed;
      await saying('Late, but good')(tell, signal);
    };
    const { sessionId } = await session.talk();
    expect(await session.titleOf(sessionId)).toBe(FIRST_WORDS);
    await session.talk('More', { sessionId });
    expect(session.model.titles).toHaveLength(1);
    gate.open();
    await eventually(async () => (await session.titleOf(sessionId)) === 'Late, but good');
    await eventually(async () => (await session.records()).length > 0);
    expect(await session.records()).toMatchObject([{ outcome: 'taken', spent_tokens: 87 }]);
    await paid(session);
  });

  test.each<[string, (session: ReturnType<typeof start>, id: string) => Promise<unknown>, string | undefined]>([
    ['renamed', ({ store, conversation }, id) => store.edit(conversation.owner, id, { title: 'Mine' }), 'Mine'],
    ['deleted', ({ store, conversation }, id) => store.delete(conversation.owner, id), undefined],
    ['erased', ({ store, conversation }) => store.erase(conversation.owner), undefined],
  ])('is lost where it is late and the session was %s meanwhile, and is paid', async (_, meanwhile, title) => {
    const session = start();
    const gate = new Gate();
    session.model.title = async (tell, signal) => {
      await gate.passed;
      await saying('Too late')(tell, signal);
    };
    const { sessionId } = await session.talk();
    await meanwhile(session, sessionId);
    gate.open();
    await eventually(async () => (await session.records()).length > 0);
    expect(await session.records()).toMatchObject([{ outcome: 'lost', spent_tokens: 87 }]);
    expect(await session.titleOf(sessionId)).toBe(title);
    await paid(session);
  });

  test('ends with its turn where that is stopped, or fails, and is paid', async () => {
    const stopped = start();
    stopped.model.title = never;
    const gate = new Gate();
    stopped.model.answering = () => gate.passed;
    const turn = await toFirstToken(stopped.take());
    await stopped.store.stop(stopped.conversation.owner, turn.sessionId);
    await eventually(() => stopped.model.titles[0]?.signal.aborted);
    gate.open();
    expect((await turn.rest()).finished?.finish_reason).toBe('stopped');
    expect(await stopped.titleOf(turn.sessionId)).toBe(FIRST_WORDS);
    expect(await stopped.records()).toMatchObject([{ outcome: 'refused' }]);
    await paid(stopped);

    const failed = start();
    failed.model.title = never;
    failed.model.answering = async () => {
      throw new Failure('model-failed', 'It broke.');
    };
    await expect(failed.talk()).rejects.toMatchObject({ code: 'model-failed' });
    expect(failed.model.titles[0]?.signal.aborted).toBe(true);
    expect(await failed.records()).toMatchObject([{ outcome: 'lost' }]);
    expect((await failed.records())[0]?.['spent_tokens']).toBeGreaterThan(80);
    await paid(failed);
  });

  test('is lost with a turn that lost its session, and is paid', async () => {
    const session = start();
    session.model.title = never;
    const gate = new Gate();
    session.model.answering = () => gate.passed;
    const turn = await toFirstToken(session.take());
    await session.store.delete(session.conversation.owner, turn.sessionId);
    gate.open();
    await expect(turn.rest()).rejects.toMatchObject({ code: 'turn-lost' });
    expect(await session.records()).toMatchObject([{ outcome: 'lost' }]);
    await paid(session);
  });

  test('is the summariser’s to write, where there is one', async () => {
    const { store, conversation } = start();
    const namer = new NamingModel();
    const model = new NamingModel();
    const other = new Conversation(model, { store, owner: conversation.owner, summarizer: namer });
    await other.talk(MESSAGE, { isTitled: true });
    expect([model.titles.length, namer.titles.length]).toEqual([0, 1]);
  });
});
