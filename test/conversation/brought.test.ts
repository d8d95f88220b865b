import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Item } from '../../shared/conversation/ports/stored.ts';
import { fixedTokens, TOKENS_PER_MESSAGE } from '../../shared/conversation/window.ts';
import { deployment } from '../models/deployment.ts';
import { countTokens } from '../tokens/o200k.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Conversation } from './conversation.ts';

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(() => upstream.stop());

type Brought = Pick<Item, 'role' | 'content'>;

const converse = (options: ConstructorParameters<typeof Conversation>[1] = {}) =>
  new Conversation(deployment('chat', upstream, { kind: 'azure' }), options);
/** What the model was asked last, without the assistant's prompt. */
const sent = () => ((upstream.requests.at(-1)?.body['messages'] ?? []) as Brought[]).slice(1);
const costOf = (text: string) => countTokens(text).tokens + TOKENS_PER_MESSAGE;

const brought: Brought[] = [
  { role: 'system', content: 'The shop is closed.' },
  { role: 'user', content: 'Are you open?' },
  { role: 'assistant', content: 'Not today.' },
  { role: 'user', content: 'Tomorrow?' },
  { role: 'assistant', content: 'At nine.' },
];

describe('what a caller brings', () => {
  test('is sent before its message, stored with it, and sent again before the next', async () => {
    const conversation = converse();
    const { sessionId, turnId, tokens } = await conversation.talk('And on Sunday?', { brought });
    const first = [...brought, { role: 'user', content: 'And on Sunday?' }];
    expect(sent()).toEqual(first);
    const [user] = (await conversation.messages(sessionId)) ?? [];
    expect(user).toMatchObject({
      ...{ id: `${turnId}-0`, content: 'And on Sunday?' },
      items: brought.map((item, place) => ({
        ...{ id: `${turnId}-${place}`, ...item },
        tokens: countTokens(item.content).tokens,
      })),
    });
    const second = await conversation.talk('And on Monday?', { sessionId, brought: [brought[0] as Brought] });
    const answer = { role: 'assistant', content: tokens.join('') };
    expect(sent()).toEqual([...first, answer, brought[0], { role: 'user', content: 'And on Monday?' }]);
    expect((await conversation.messages(sessionId))?.[2]).toMatchObject({ items: [{ id: `${second.turnId}-0` }] });
    expect(second.finished?.context).toMatchObject({ messages: 9, dropped_messages: 0 });
    expect(second.finished?.context.prompt_tokens).toBe(
      fixedTokens(countTokens('Be kind.').tokens, 0) -
        TOKENS_PER_MESSAGE +
        sent().reduce((sum, { content }) => sum + costOf(content), 0),
    );
  });

  test('begins with its first item where the turns before its own are dropped', async () => {
    const conversation = converse({ maxContextTokens: 130 });
    const { sessionId } = await conversation.talk('yes '.repeat(40).trim());
    await conversation.talk('And on Sunday?', { sessionId, brought });
    expect(sent()).toEqual([...brought, { role: 'user', content: 'And on Sunday?' }]);
    await conversation.talk('And on Monday?', { sessionId });
    expect(sent().slice(0, 6)).toEqual([...brought, { role: 'user', content: 'And on Sunday?' }]);
  });

  test('comes along with a fork behind its turn', async () => {
    const conversation = converse();
    const { sessionId, turnId } = await conversation.talk('And on Sunday?', { brought });
    await conversation.talk('And on Monday?', { sessionId });
    await conversation.talk('And on Friday?', { sessionId, after: turnId, fork: 'yes' });
    expect(sent().slice(0, 5)).toEqual(brought);
    expect(sent().at(-1)).toEqual({ role: 'user', content: 'And on Friday?' });
  });

  describe('more of than fits', () => {
    // 60 exchanges of which some ten fit.
    const long: Brought[] = Array.from({ length: 60 }, (_, n) => [
      { role: 'user' as const, content: `Is there any of number ${n} left in your store?` },
      { role: 'assistant' as const, content: `Yes, there is enough of number ${n} in it for everybody.` },
    ]).flat();
    const maxContextTokens = 400;

    test('is cut where an exchange begins, and is stored whole', async () => {
      const conversation = converse({ maxContextTokens });
      const { sessionId, finished } = await conversation.talk('And of 60?', { brought: long });
      const kept = sent().slice(0, -1);
      expect(kept.length).toBeGreaterThan(4);
      expect(kept).toEqual(long.slice(-kept.length));
      expect(kept[0]?.role).toBe('user');
      expect(finished?.context).toMatchObject({
        ...{ messages: kept.length + 1, dropped_messages: long.length - kept.length },
      });
      expect(finished?.context.prompt_tokens).toBeLessThanOrEqual(maxContextTokens);
      expect((await conversation.messages(sessionId))?.[0]).toMatchObject({ items: long });
    });

    test.each(['', 'in a fork behind it'])('is cut there again when its session goes on %s', async (fork) => {
      const conversation = converse({ maxContextTokens });
      const { sessionId, turnId, tokens } = await conversation.talk('And of 60?', { brought: long });
      const place = fork ? { after: turnId, fork: 'yes' as const } : {};
      const second = await conversation.talk('And of 61?', { sessionId, ...place });
      const last = [
        { role: 'user', content: 'And of 60?' },
        { role: 'assistant', content: tokens.join('') },
        { role: 'user', content: 'And of 61?' },
      ];
      expect(sent().slice(-3)).toEqual(last);
      const kept = sent().slice(0, -3);
      expect(kept.length).toBeGreaterThan(2);
      expect(kept).toEqual(long.slice(-kept.length));
      expect(second.finished?.context.prompt_tokens).toBeLessThanOrEqual(maxContextTokens);
      // And on, until the turn that brought it is dropped as a whole.
      const seen = [];
      for (let n = 62; n < 80; n += 1) {
        await conversation.talk(`And of ${n}?`, { sessionId: second.sessionId });
        expect(sent().at(-1)).toEqual({ role: 'user', content: `And of ${n}?` });
        expect(sent()[0]?.role).toBe('user');
        seen.push(sent().some(({ content }) => content === 'And of 60?'));
      }
      expect(seen.lastIndexOf(true)).toBeLessThan(seen.indexOf(false));
    });

    test('leaves room for a message of the size that is allowed', async () => {
      const conversation = converse({ maxContextTokens });
      const room = maxContextTokens - fixedTokens(countTokens('Be kind.').tokens, 0);
      const message = 'yes '.repeat(room).trim();
      expect(countTokens(message).tokens).toBe(room);
      await conversation.talk(message, { brought: long });
      expect(sent()).toEqual([{ role: 'user', content: message }]);
    });
  });
});

describe('instructions of a caller', () => {
  const instructions = 'Answer in one word.';

  test('stand behind the assistant’s own, for their turn alone, and are not stored', async () => {
    const conversation = converse();
    const { sessionId, finished } = await conversation.talk('Open?', {
      instructions,
      brought: [brought[1] as Brought],
    });
    expect(upstream.requests.at(-1)?.body['messages']).toEqual([
      { role: 'system', content: 'Be kind.' },
      { role: 'system', content: instructions },
      brought[1],
      { role: 'user', content: 'Open?' },
    ]);
    expect(finished?.context.prompt_tokens).toBe(
      fixedTokens(countTokens('Be kind.').tokens, countTokens('Open?').tokens) +
        costOf(instructions) +
        costOf('Are you open?'),
    );
    expect(JSON.stringify(await conversation.messages(sessionId))).not.toContain(instructions);
    await conversation.talk('Still?', { sessionId });
    expect(JSON.stringify(upstream.requests.at(-1)?.body)).not.toContain(instructions);
  });

  test('need room as the message does', async () => {
    const maxContextTokens = fixedTokens(countTokens('Be kind.').tokens, 0) + 30;
    const conversation = converse({ maxContextTokens });
    const message = 'yes '.repeat(20).trim();
    await conversation.talk(message);
    await expect(conversation.talk(message, { instructions: 'no '.repeat(20).trim() })).rejects.toMatchObject({
      code: 'message-too-long',
    });
  });
});

test('how a caller wants its answer reaches the model, but for more tokens than the assistant allows', async () => {
  const conversation = converse();
  const body = async (asked: Parameters<Conversation['talk']>[1]) => {
    await conversation.talk('Hi', asked);
    return upstream.requests.at(-1)?.body;
  };
  expect(await body({ maxOutputTokens: 20, temperature: 0, topP: 0.5 })).toMatchObject({
    ...{ max_completion_tokens: 20, temperature: 0, top_p: 0.5 },
  });
  expect(await body({ maxOutputTokens: 5000 })).toMatchObject({ max_completion_tokens: 500, temperature: 0.7 });
  expect(await body({ maxOutputTokens: 5000, assistant: 'poet' })).toMatchObject({
    ...{ max_completion_tokens: 50, temperature: 1 },
  });
  expect(await body({})).not.toHaveProperty('top_p');
});

test('what a caller wants to read again is told with its turn, live and when it is told again', async () => {
  const conversation = converse();
  const echo = { metadata: { order: '7' }, temperature: 1 };
  const idempotency = { key: 'key', fingerprint: 'f' };
  const { started, sessionId } = await conversation.talk('Hi', { echo, idempotency });
  expect(started.echo).toEqual(echo);
  const again = await conversation.talk('Hi', { echo, idempotency });
  expect(again.started).toMatchObject({ echo, asked_at: started.asked_at });
  await conversation.talk('Then', { sessionId });
  const later = await conversation.talk('Hi', { echo, idempotency });
  expect(later.started).toMatchObject({ echo, asked_at: started.asked_at });
});
