import { expect, test } from 'vitest';
import { exportSessions } from '../../shared/conversation/export-sessions.ts';
import { Failure } from '../../shared/conversation/failure.ts';
import type { StoredMessage } from '../../shared/conversation/ports/stored.ts';
import { linesResponse } from '../../shared/http/lines-response.ts';
import { MemorySessionStore } from '../../shared/sessions/memory/memory-session-store.ts';
import { requestLogOf } from '../http/request-log-of.ts';

const limits = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 0 };
const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, cached_tokens: 0 };
const context = {
  messages: 1,
  dropped_messages: 0,
  summarized_messages: 0,
  summary_tokens: 0,
  prompt_tokens: 1,
  max_prompt_tokens: 3000,
};
const ending = { finish_reason: 'stop', usage, context } as const;

/** A memory store with something that happens before each read of messages. */
class WatchedStore extends MemorySessionStore {
  before: (sessionId: string, from: number) => Promise<void> = async () => {};

  override async messages(owner: string, sessionId: string, from: number, limit: number): Promise<StoredMessage[]> {
    await this.before(sessionId, from);
    return super.messages(owner, sessionId, from, limit);
  }

  async turn(sessionId: string, isFirst: boolean, content: string): Promise<void> {
    const turnId = crypto.randomUUID();
    const begun = await this.begin({
      owner: 'o',
      turnId,
      sessionId: isFirst ? undefined : sessionId,
      newSessionId: sessionId,
      assistant: undefined,
      defaultAssistant: 'default',
      offers: new Map([['default', { room: 1000, fixed_tokens: 0, output_tokens: 1 }]]),
      messageTokens: 1,
      askedAt: Date.now(),
      idempotency: undefined,
    });
    const position = begun.outcome === 'begun' ? begun.window.length : 0;
    const common = { turn_id: turnId, timestamp: '', content };
    await this.commit(
      { owner: 'o', sessionId, turnId, isFirst, idempotency: undefined, reserved: 0 },
      {
        position,
        user: { ...common, id: `${turnId}-0`, role: 'user' },
        answer: { ...common, id: `${turnId}-1`, role: 'assistant', ...ending },
        unsent: { position: 0, blocks: [] },
        finished: { type: 'turn-finished', ...ending },
        assistant: 'default',
        title: 't',
        windowStart: 0,
        windowTokens: 0,
        turnTokens: 0,
        spent: 0,
      },
    );
  }
}

/** Sessions `0`, `1`, ... of 60 turns each. */
async function filled(sessions: number, content = 'text'): Promise<WatchedStore> {
  const store = new WatchedStore({ sessionSeconds: 60, leaseSeconds: 10, limits });
  for (let session = 0; session < sessions; session += 1) {
    for (let turn = 0; turn < 60; turn += 1) await store.turn(String(session), turn === 0, content);
  }
  return store;
}

async function exported(store: WatchedStore) {
  const { body } = await linesResponse(exportSessions(store, 'o'), requestLogOf(), undefined);
  const text = await new Response(body as ReadableStream).text();
  expect(text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

test('a session is a line, whole, and agrees with itself while turns go on', async () => {
  const store = await filled(2);
  store.before = (id, from) => (from === 50 ? store.turn(id, false, 'later') : Promise.resolve());
  const lines = await exported(store);
  expect(lines.map(({ id, turns, messages }) => [id, turns, messages.length])).toEqual([
    ['0', 60, 120],
    ['1', 60, 120],
  ]);
});

test('a scan is followed to its end, and a session that it comes upon twice is one line', async () => {
  const store = await filled(2);
  const { sessions } = await store.scan('o');
  const scan = async (_: string, cursor?: string) =>
    cursor === undefined ? { sessions: sessions.slice(0, 1), cursor: 'more' } : { sessions, cursor: undefined };
  Object.assign(store, { scan });
  expect((await exported(store)).map(({ id }) => id)).toEqual(['0', '1']);
});

test('a session that is deleted while it is read is left out', async () => {
  const store = await filled(3);
  store.before = async (id, from) => {
    if (id === '1' && from === 50) await store.delete('o', id);
  };
  expect((await exported(store)).map(({ id }) => id)).toEqual(['0', '2']);
});

test('a long line that was begun when its session was deleted is ended as a whole line, and says so', async () => {
  const store = await filled(2, 'x'.repeat(90_000));
  store.before = async (id, from) => {
    if (id === '0' && from === 100) await store.delete('o', id);
  };
  const [first, second] = await exported(store);
  expect(first).toMatchObject({ id: '0', cut: true });
  expect(first.messages).toHaveLength(100);
  expect(second).not.toHaveProperty('cut');
  expect(second.messages).toHaveLength(120);
});

test.each([
  ['short', 'text', []],
  ['long', 'x'.repeat(90_000), [{ id: '1', cut: true }]],
])('a store that fails in a %s line is told by a line of its own', async (_, content, begun) => {
  const store = await filled(2, content);
  store.before = async (id, from) => {
    if (id === '1' && from === 100) throw new Failure('store-unavailable', 'Away.');
  };
  const lines = await exported(store);
  expect(lines).toMatchObject([
    { id: '0' },
    ...begun,
    { error: { code: 'store-unavailable', status: 503, retryable: true, request_id: 'r' } },
  ]);
});

test('a store that fails before the first line is a refusal', async () => {
  const store = await filled(1);
  store.before = () => Promise.reject(new Failure('store-unavailable', 'Away.'));
  await expect(exported(store)).rejects.toMatchObject({ code: 'store-unavailable' });
});

test('no more is read than the reader asks for', async () => {
  const store = await filled(20);
  const read: string[] = [];
  store.before = async (id) => void read.push(id);
  const { body } = await linesResponse(exportSessions(store, 'o'), requestLogOf(), undefined);
  const reader = (body as ReadableStream).getReader();
  await reader.read();
  await new Promise((resolve) => setImmediate(resolve));
  expect(new Set(read).size).toBeLessThanOrEqual(3);
  await reader.cancel();
});
