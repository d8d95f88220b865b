import { afterEach, expect, test, vi } from 'vitest';
import type { TurnEvent } from '../../shared/conversation/events.ts';
import { Failure } from '../../shared/conversation/failure.ts';
import { ChatFrames } from '../../shared/http/chat-frames.ts';
import { eventStreamResponse } from '../../shared/http/event-stream.ts';
import { requestLogOf } from './request-log-of.ts';

afterEach(() => void vi.useRealTimers());

test('a silent turn is kept open by a comment every 15 seconds, one line without a blank one', async () => {
  vi.useFakeTimers();
  const silence = Promise.withResolvers<void>();
  async function* events(): AsyncGenerator<TurnEvent> {
    yield { type: 'turn-started', session_id: 's', turn_id: 't', assistant: 'default' };
    await silence.promise;
    throw new Failure('model-timeout', 'Too late.');
  }
  const { body } = await eventStreamResponse(events(), requestLogOf(), new ChatFrames());
  await vi.advanceTimersByTimeAsync(46_000);
  silence.resolve();
  const text = await new Response(body as ReadableStream).text();
  expect(text.match(/^: .*\n/gm)).toEqual([': open\n', ': ping\n', ': ping\n', ': ping\n']);
  expect(text).toContain(': ping\n: ping\n: ping\nid: 2\ndata: {"error":');
  expect(vi.getTimerCount()).toBe(0);
});

test('frames that are ready at once go out in one chunk, and none waits for what comes later', async () => {
  const later = Promise.withResolvers<void>();
  async function* events(): AsyncGenerator<TurnEvent> {
    yield { type: 'turn-started', session_id: 's', turn_id: 't', assistant: 'default' };
    for (const token of ['a', 'b', 'c']) yield { type: 'token-said', token };
    await later.promise;
    yield { type: 'token-said', token: 'd' };
  }
  const { body } = await eventStreamResponse(events(), requestLogOf(), new ChatFrames());
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const read = async () => new TextDecoder().decode((await reader.read()).value);
  expect((await read()).match(/^id: \d+$/gm)).toEqual(['id: 1', 'id: 2', 'id: 3', 'id: 4']);
  later.resolve();
  expect((await read()).match(/^(id: \d+|data: \[DONE\])$/gm)).toEqual(['id: 5', 'data: [DONE]']);
});
