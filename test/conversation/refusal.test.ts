import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Failure } from '../../shared/conversation/failure.ts';
import type { Model } from '../../shared/conversation/ports/model.ts';
import { fixedTokens } from '../../shared/conversation/window.ts';
import { MemorySessionStore } from '../../shared/sessions/memory/memory-session-store.ts';
import { deployment } from '../models/deployment.ts';
import { countTokens } from '../tokens/o200k.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Conversation, rules, toFirstToken } from './conversation.ts';

let upstream: ScriptedUpstream;
let model: Model;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  model = deployment('chat', upstream, { kind: 'azure' });
});
afterAll(() => upstream.stop());

const tokensOf = (text: string) => countTokens(text).tokens;
const systemTokens = tokensOf('Be kind.');

describe('a turn that is refused', () => {
  const unlimited = rules.limits;
  const failureOf = (talk: Promise<unknown>) =>
    talk.then(
      () => undefined,
      ({ code, message, retryAfterSeconds, errors, limits }: Failure) => ({
        code,
        message,
        retryAfterSeconds,
        errors,
        limits,
      }),
    );

  test('because its session is busy says when to try again', async () => {
    const conversation = new Conversation(model);
    const { sessionId, rest } = await toFirstToken(conversation.take('One?'));
    expect(await failureOf(conversation.talk('Two?', { sessionId }))).toMatchObject({
      code: 'session-busy',
      message: 'The session is answering another message.',
      retryAfterSeconds: 1,
    });
    await rest();
  });

  test('because of its assistant names the field, and what there is', async () => {
    const conversation = new Conversation(model);
    const unknown = 'There is no such assistant; there are: default, poet.';
    expect(await failureOf(conversation.talk('Hi', { assistant: 'nobody' }))).toMatchObject({
      code: 'unknown-assistant',
      message: unknown,
      errors: [{ field: 'assistant', detail: unknown }],
    });
    const { sessionId } = await conversation.talk('Hi', { assistant: 'poet' });
    const other = 'The session talks to the assistant "poet", which is fixed at its first turn.';
    expect(await failureOf(conversation.talk('Hi', { assistant: 'default', sessionId }))).toMatchObject({
      code: 'invalid-request',
      message: other,
      errors: [{ field: 'assistant', detail: other }],
    });
  });

  test('because its message is too long says by how much', async () => {
    const conversation = new Conversation(model, { maxContextTokens: 40 });
    const message = 'word '.repeat(60);
    const detail = `The message has ${tokensOf(message)} tokens; ${40 - fixedTokens(systemTokens, 0)} fit beside the system prompt.`;
    expect(await failureOf(conversation.talk(message))).toMatchObject({
      code: 'message-too-long',
      message: detail,
      errors: [{ field: 'message', detail }],
    });
  });

  test('because its key belongs to another turn says so', async () => {
    const conversation = new Conversation(model);
    await conversation.talk('Hi', { idempotency: { key: 'k', fingerprint: 'a' } });
    expect(await failureOf(conversation.talk('Hi', { idempotency: { key: 'k', fingerprint: 'b' } }))).toMatchObject({
      code: 'idempotency-key-reused',
      message: 'The Idempotency-Key was used for another turn within 24 hours.',
    });
  });

  test('because of a limit names it, and tells where the caller stands', async () => {
    const limited = (limits: Partial<typeof unlimited>) =>
      new Conversation(model, { store: new MemorySessionStore({ ...rules, limits: { ...unlimited, ...limits } }) });
    const requests = limited({ requests_per_minute: 1 });
    const { started } = await requests.talk('One?');
    expect(started.limits).toMatchObject([{ name: 'requests', quota: 1, remaining: 0 }]);
    expect(await failureOf(requests.talk('Two?'))).toMatchObject({
      code: 'rate-limited',
      message: 'At most 1 requests in 60 seconds.',
      retryAfterSeconds: expect.any(Number),
      limits: [{ name: 'requests' }],
    });
    const tokens = limited({ requests_per_minute: 9, tokens_per_day: 530 });
    await tokens.talk('One?');
    expect(await failureOf(tokens.talk('Two?'))).toMatchObject({
      code: 'token-limit-exceeded',
      message: 'At most 530 tokens in 86400 seconds.',
      limits: [{ name: 'requests' }, { name: 'tokens-per-day' }],
    });
  });
});
