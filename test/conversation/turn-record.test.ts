import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Failure } from '../../shared/conversation/failure.ts';
import type { Model } from '../../shared/conversation/ports/model.ts';
import { promptVersion, refusedTurn } from '../../shared/conversation/turn-audit.ts';
import { fixedTokens } from '../../shared/conversation/window.ts';
import { retrying } from '../../shared/models/retrying.ts';
import { eventually } from '../eventually.ts';
import { deployment } from '../models/deployment.ts';
import { countTokens } from '../tokens/o200k.ts';
import type { Script } from '../upstream/script.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { assistants, Conversation, OWNER, rules, toFirstToken } from './conversation.ts';
import { WatchedStore } from './watched-store.ts';

let upstream: ScriptedUpstream;
let model: Model;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  model = deployment('chat', upstream, { kind: 'azure' });
});
afterAll(() => upstream.stop());

/** What every record of a turn has, whatever became of it. */
const common = { event: 'turn', owner: OWNER, request_id: 'request' };

describe('the record of a turn', () => {
  test('that was answered has who asked, what answered, how it ended, what it cost and what was said', async () => {
    const conversation = new Conversation(model);
    const { sessionId, turnId, finished, tokens } = await conversation.talk('Hi');
    await conversation.flush();
    const { finish_reason, usage, context } = finished ?? {};
    expect(conversation.records).toMatchObject([
      {
        ...common,
        outcome: 'answered',
        session_id: sessionId,
        turn_id: turnId,
        assistant: 'default',
        // The start of `printf 'Be kind.' | sha256sum`.
        prompt_version: '5499befb38dbf3fc',
        model: 'azure:gpt-4.1-mini',
        finish_reason,
        failure: null,
        filter: null,
        usage,
        context,
        message: 'Hi',
        answer: tokens.join(''),
      },
    ]);
  });

  test('says after how many milliseconds its first token was said, and after how many it ended', async () => {
    const conversation = new Conversation(model);
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['a', gate, 'b', 'c'] });
    const startedAt = performance.now();
    const { rest } = await toFirstToken(conversation.take('Hi'));
    const saidAt = performance.now();
    await eventually(() => performance.now() - saidAt > 100);
    gate.open();
    await rest();
    await conversation.flush();
    const { first_token_ms: first, total_ms: total } = conversation.records[0] as Record<string, number>;
    expect(first).toBeGreaterThanOrEqual(0);
    expect(first).toBeLessThanOrEqual(Math.ceil(saidAt - startedAt));
    expect(total).toBeGreaterThan((first as number) + 99);
    expect(total).toBeLessThanOrEqual(Math.ceil(performance.now() - startedAt));
    expect([first, total].every(Number.isInteger)).toBe(true);
  });

  test('says what the model is paid for, of all calls and however it ended', async () => {
    const conversation = new Conversation(retrying([model, model]));
    const prompt = fixedTokens(countTokens('Be kind.').tokens, countTokens('Hi').tokens);
    const usage = { prompt_tokens: 20, completion_tokens: 3 };
    const spent = async (...scripts: Script[]) => {
      upstream.enqueue(...scripts);
      await conversation.talk('Hi').catch(() => {});
      await conversation.flush();
      return conversation.records.at(-1)?.['spent_tokens'];
    };
    expect(await spent({ deltas: ['a'], usage })).toBe(23);
    expect(await spent({ deltas: ['a'], usage: null })).toBe(prompt + countTokens('a').tokens);
    expect(await spent({ ending: 'cut' }, { deltas: ['a'], usage })).toBe(prompt + 23);
    expect(await spent({ deltas: ['a', ' b'], ending: 'cut' })).toBe(prompt + countTokens('a b').tokens);
    expect(await spent({ status: 400 })).toBe(0);
  });

  test('names the model that answered in place of the one that was asked first', async () => {
    const other = deployment('chat', upstream, { kind: 'azure', model: 'other' });
    const conversation = new Conversation(retrying([model, other]));
    upstream.enqueue({ status: 500 });
    await conversation.talk('Hi');
    await conversation.flush();
    expect(conversation.records).toMatchObject([{ model: 'azure:other' }]);
  });

  test('that was stopped before the first token has how it ended, and no answer', async () => {
    const conversation = new Conversation(model);
    const asked = upstream.nextRequest();
    upstream.enqueue({ deltas: [upstream.gate()] });
    const turn = conversation.take('Hi');
    const started = (await turn.next()).value as { session_id: string };
    const ending = turn.next();
    await asked;
    await conversation.store.stop(OWNER, started.session_id);
    const finished = (await ending).value as { usage: object; context: object };
    await turn.next();
    await conversation.flush();
    expect(conversation.records).toMatchObject([
      {
        ...common,
        ...{ outcome: 'stopped', finish_reason: 'stopped', failure: null, first_token_ms: null, message: 'Hi' },
        ...{ usage: finished.usage, context: finished.context, total_ms: expect.any(Number) },
      },
    ]);
    expect(conversation.records[0]).not.toHaveProperty('answer');
    expect(conversation.observed).toMatchObject([
      { record: { outcome: 'stopped', first_token_ms: null }, rounds: [{ finishReason: 'stopped' }] },
    ]);
    expect(conversation.observed[0]?.rounds?.[0]).not.toHaveProperty('firstTokenAt');
  });

  test('that failed has why, and what the content filter refused', async () => {
    const conversation = new Conversation(model);
    upstream.enqueue(
      { deltas: ['a'], finishReason: 'content_filter' },
      { status: 429, headers: { 'retry-after': '1' } },
    );
    await expect(conversation.talk('Hi')).rejects.toMatchObject({ code: 'content-filtered' });
    await expect(conversation.talk('Hi')).rejects.toMatchObject({ code: 'model-busy' });
    await conversation.flush();
    const nothing = { finish_reason: null, usage: null, context: null };
    expect(conversation.records).toMatchObject([
      {
        ...{ ...common, ...nothing, outcome: 'failed', failure: 'content-filtered', message: 'Hi' },
        filter: { refused: 'answer', categories: [] },
        first_token_ms: expect.any(Number),
      },
      { ...common, ...nothing, outcome: 'failed', failure: 'model-busy', filter: null, first_token_ms: null },
    ]);
  });

  test('that was refused has what the caller named of it, where that can be ours', () => {
    const asked = { owner: OWNER, requestId: 'request' };
    const failure = new Failure('session-busy', 'Busy.');
    const named = { ...common, outcome: 'refused', session_id: 's', assistant: 'poet', failure: 'session-busy' };
    const record = refusedTurn(asked, { sessionId: 's', assistant: 'poet' }, failure);
    const nothing = Object.fromEntries(Object.entries(record).filter(([field]) => !(field in named)));
    expect(record).toEqual({ ...nothing, ...named });
    expect(nothing).toMatchObject({ turn_id: null, model: null, filter: null, usage: null, total_ms: null });
    expect(Object.values(nothing).every((value) => value === null)).toBe(true);
    expect(refusedTurn(asked, { sessionId: undefined, assistant: undefined }, new Error('bug'))).toEqual({
      ...{ ...nothing, ...named, session_id: null, assistant: null, failure: 'internal' },
    });
  });
});

describe('telemetry', () => {
  test('is told of a turn that is over what its record says, its times and its place in a trace', async () => {
    const conversation = new Conversation(model);
    const before = Date.now();
    await conversation.talk('Hi', { traceparent: '00-trace' });
    const after = Date.now();
    await conversation.flush();
    const [{ record, startedAt, rounds = [], endedAt, traceparent } = expect.unreachable()] = conversation.observed;
    const { audit: _, time: __, message: ___, answer: ____, ...kept } = conversation.records[0] ?? {};
    expect(record).toEqual(kept);
    const [round = expect.unreachable()] = rounds;
    expect(rounds).toEqual([{ ...round, finishReason: 'stop', usage: record.usage }]);
    const times = [before, startedAt, round.startedAt, round.firstTokenAt, round.endedAt, endedAt, after];
    expect(times).toEqual(times.toSorted());
    expect(traceparent).toBe('00-trace');
  });

  test('is told that a turn failed whose record said that it was answered, because it could not be stored', async () => {
    const store = new WatchedStore(rules);
    store.before = async (step) => {
      if (step === 'commit') throw new Failure('internal', 'A bug.');
    };
    const conversation = new Conversation(model, { store });
    await expect(conversation.talk('Hi')).rejects.toMatchObject({ code: 'internal' });
    await conversation.flush();
    expect(conversation.records).toMatchObject([
      { outcome: 'answered' },
      { outcome: 'failed', failure: 'internal', message: 'Hi' },
    ]);
    expect(conversation.observed).toMatchObject([
      {
        record: { outcome: 'failed' },
        rounds: [{ finishReason: 'stop', usage: { total_tokens: expect.any(Number) } }],
      },
    ]);
  });
});

test('assistants with different prompts have different prompt versions, of 16 hexadecimal digits', () => {
  const versions = [...assistants.values()].map(promptVersion);
  expect(new Set(versions).size).toBe(assistants.size);
  for (const version of versions) expect(version).toMatch(/^[0-9a-f]{16}$/);
});
