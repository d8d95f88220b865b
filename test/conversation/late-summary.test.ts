import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { Failure } from '../../shared/conversation/failure.ts';
import type { Model } from '../../shared/conversation/ports/model.ts';
import { eventually } from '../eventually.ts';
import { describeEachStore } from '../sessions/each-store.ts';
import { nothing, turnsOn } from '../sessions/turns-on.ts';
import { Conversation, rules } from './conversation.ts';

const limits = { ...rules.limits, tokens_per_day: 1_000_000 };
const long = 'word '.repeat(60).trim();

/** Answers at once; a summary it says when it is told to, and does not bill. */
class LateModel implements Model {
  readonly name = 'late';
  readonly isTold = Promise.withResolvers<void>();
  summaries = 0;
  /** Happens before the end of an answer beside which a summary is asked for. */
  beside: () => Promise<unknown> = async () => {};
  /** A longer prompt is too long for the answer beside a summary. */
  mostMessages = Infinity;

  async stream(...[messages, { purpose }, signal, tell]: Parameters<Model['stream']>): Promise<void> {
    if (purpose === 'summary') {
      this.summaries += 1;
      tell({ type: 'asked' });
      const given = new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      await Promise.race([this.isTold.promise, given]);
      tell({ type: 'delta', text: 'In short.' });
    } else {
      // By now it is known whether a summary is asked for.
      await new Promise((resolve) => setImmediate(resolve));
      if (this.summaries > 0 && messages.length > this.mostMessages) throw new Failure('context-too-long', 'Too long.');
      tell({ type: 'asked' });
      tell({ type: 'delta', text: 'Noted.' });
      if (this.summaries > 0) await this.beside();
    }
    tell({ type: 'end', finishReason: 'stop' });
  }
}

describeEachStore('a summary that is late', (open) => {
  function start() {
    const model = new LateModel();
    const store = open({ ...rules, limits });
    return {
      model,
      conversation: new Conversation(model, {
        store,
        owner: randomUUID(),
        maxContextTokens: 600,
        contextOverflow: 'summarize',
      }),
    };
  }

  /** Talks on one session until the model is asked for a summary. */
  async function talk({ conversation, model }: ReturnType<typeof start>): Promise<string> {
    let sessionId: string | undefined;
    while (model.summaries === 0) ({ sessionId } = await conversation.talk(long, { sessionId }));
    return sessionId as string;
  }

  /** What is used and held back of the day. */
  async function counted({ store, owner }: Conversation): Promise<number> {
    const [
      claim,
      {
        limits: [day],
        reserved,
      },
    ] = await turnsOn(() => store).begin(owner);
    await store.abandon(claim, { type: 'turn-failed', code: 'internal', detail: '' }, nothing, 0);
    return (day?.quota ?? 0) - (day?.remaining ?? 0) - reserved;
  }

  async function recorded(conversation: Conversation) {
    const record = await eventually(async () => {
      await conversation.flush();
      return conversation.records.find(({ event }) => event === 'summary');
    });
    // A turn that was answered and then lost has a second record.
    const last = new Map(conversation.records.map((each) => [`${each['event']} ${each['turn_id']}`, each]));
    const spent = [...last.values()].reduce((sum, { spent_tokens = 0 }) => sum + Number(spent_tokens), 0);
    return { record, spent };
  }

  test('is ended, and paid, where its turn lost its session', async () => {
    const { conversation, model } = start();
    const { store, owner } = conversation;
    model.beside = () => store.erase(owner);
    await expect(talk({ conversation, model })).rejects.toMatchObject({ code: 'turn-lost' });
    const { record, spent } = await recorded(conversation);
    expect(record).toMatchObject({ outcome: 'lost' });
    expect(record['spent_tokens']).toBeGreaterThan(480);
    expect(await counted(conversation)).toBe(spent);
  });

  test('moves no window back that its turn moved on, where the model found the prompt too long', async () => {
    const { conversation, model } = start();
    const { store, owner } = conversation;
    model.mostMessages = 2;
    const sessionId = await talk({ conversation, model });
    const begin = async () => {
      const [claim, { windowStart, summaries }] = await turnsOn(() => store).begin(owner, { sessionId });
      await store.abandon(claim, { type: 'turn-failed', code: 'internal', detail: '' }, nothing, 0);
      return { windowStart, summaries };
    };
    const before = await begin();
    model.isTold.resolve();
    const { record, spent } = await recorded(conversation);
    expect(record).toMatchObject({ outcome: 'refused' });
    expect(await begin()).toEqual({ ...before, summaries: [] });
    expect(await counted(conversation)).toBe(spent);
  });
});
