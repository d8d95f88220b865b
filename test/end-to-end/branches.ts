import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { type Client, framesOf, lasting, readStream } from './client.ts';

/** What a turn is answered that names the one it follows, in its session or beside it. */
export function branches(host: () => { client: Client; upstream: ScriptedUpstream }): void {
  const chat = (body: object, headers = {}) => host().client.chat({ message: 'Hi', ...body }, headers);
  const post = async (path: string, body: object, headers = {}) => {
    const response = await host().client.post(path, { message: 'Hi', ...body }, headers);
    return { response, status: response.status, problem: (await response.json()) as Record<string, unknown> };
  };
  /** A session of three turns, whose messages are m0, m1, m2. */
  const session = async (more: object = {}) => {
    const first = await chat({ message: 'm0', ...more });
    const { session_id } = first;
    const turns: string[] = [first.turn_id];
    for (const message of ['m1', 'm2']) turns.push((await chat({ message, session_id })).turn_id);
    return { session_id, turns };
  };
  const asked = async (sessionId: string) =>
    (await host().client.history(sessionId)).filter(({ role }) => role === 'user').map(({ content }) => content);
  const historyOf = async (sessionId: string) =>
    lasting(await (await host().client.get(`/chat/history/${sessionId}`)).text());

  describe.each(['/chat', '/chat/stream'])('a turn at %s that names the one it follows', (path) => {
    const turn = async (body: object, headers = {}) => {
      const response = await host().client.post(path, { message: 'Hi', ...body }, headers);
      expect(response.status).toBe(200);
      if (path === '/chat') return (await response.json()) as { session_id: string; turn_id: string };
      return (await readStream(response)).first as { session_id: string; turn_id: string };
    };

    test('begins where that is the session’s last, in capitals too', async () => {
      const { session_id, turns } = await session();
      const last = turns[2] as string;
      const { turn_id } = await turn({ message: 'm3', session_id, after: last });
      await turn({ message: 'm4', session_id, after: turn_id.toUpperCase(), fork: false });
      expect(await asked(session_id)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
    });

    test('begins a new session where it is to follow none', async () => {
      const { session_id } = await turn({ session_id: randomUUID(), after: null });
      expect(await asked(session_id)).toEqual(['Hi']);
    });

    test('is told the last one where others came in between, and the model is not asked', async () => {
      const { session_id, turns } = await session();
      const { upstream } = host();
      const calls = upstream.requests.length;
      const before = await historyOf(session_id);
      for (const after of [turns[0], turns[1], null]) {
        const { response, status, problem } = await post(path, { session_id, after });
        expect([status, response.headers.get('content-type')]).toEqual([409, 'application/problem+json']);
        expect(problem).toEqual({
          type: 'urn:parley:problem:session-moved',
          title: expect.any(String),
          status: 409,
          code: 'session-moved',
          detail: expect.any(String),
          retryable: false,
          request_id: response.headers.get('x-request-id'),
          last_turn_id: turns[2],
        });
        expect(response.headers.has('retry-after')).toBe(false);
      }
      expect(upstream.requests).toHaveLength(calls);
      expect(await historyOf(session_id)).toBe(before);
    });

    test('forks the session there, and leaves it as it was', async () => {
      const { client, upstream } = host();
      const { session_id, turns } = await session({ assistant: 'code-reviewer' });
      const before = await historyOf(session_id);
      const fork = await turn({ message: 'else', session_id, after: turns[1], fork: true });
      expect(fork.session_id).not.toBe(session_id);
      const sent = upstream.requests.at(-1)?.body as { messages: { content: string }[] };
      expect(sent.messages[0]?.content).toContain('reviews code');
      expect(sent.messages.slice(1).map(({ content }) => content)).toEqual([
        ...['m0', 'You said: m0', 'm1', 'You said: m1', 'else'],
      ]);
      expect(await historyOf(session_id)).toBe(before);

      // It says where it comes from: in its history, in the list, in the export.
      const forked_from = { session_id, turn_id: turns[1] };
      const about = { title: 'm0', assistant: 'code-reviewer', turns: 3, forked_from };
      const history = JSON.parse(await historyOf(fork.session_id));
      expect(history).toMatchObject({ session_id: fork.session_id, ...about });
      const source = JSON.parse(before);
      expect(history.messages.slice(0, 4)).toEqual(source.messages.slice(0, 4));
      expect(history.messages.slice(4).map(({ turn_id }: { turn_id: string }) => turn_id)).toEqual([
        ...[fork.turn_id, fork.turn_id],
      ]);
      expect(source.forked_from).toBeUndefined();
      const { sessions } = (await (await client.get('/chat/sessions')).json()) as { sessions: object[] };
      expect(sessions.slice(0, 2)).toMatchObject([{ id: fork.session_id, ...about }, { id: session_id }]);
      const lines = (await (await client.get('/chat/export')).text()).trimEnd().split('\n');
      const exported = lines.map((line) => JSON.parse(line));
      expect(exported.find(({ id }) => id === fork.session_id)).toMatchObject({
        ...about,
        messages: history.messages,
      });

      // Both go on, and the copy outlives its source.
      await turn({ message: 'more', session_id: fork.session_id, after: fork.turn_id });
      expect((await client.delete(`/chat/history/${session_id}`)).status).toBe(204);
      expect(await asked(fork.session_id)).toEqual(['m0', 'm1', 'else', 'more']);
      expect(JSON.parse(await historyOf(fork.session_id))).toMatchObject({ ...about, turns: 4 });
    });

    test('forks at the last turn, and before the first', async () => {
      const { session_id, turns } = await session({ assistant: 'data-analyst' });
      const all = await turn({ message: 'else', session_id, after: turns[2], fork: true });
      expect(await asked(all.session_id)).toEqual(['m0', 'm1', 'm2', 'else']);
      const none = await turn({ message: 'else', session_id, after: null, fork: true });
      expect(JSON.parse(await historyOf(none.session_id))).toMatchObject({
        ...{ title: 'else', assistant: 'data-analyst', turns: 1 },
        forked_from: { session_id, turn_id: null },
      });
      expect(await asked(session_id)).toEqual(['m0', 'm1', 'm2']);
    });

    test('is the same turn of the same new session when it is sent again with its key', async () => {
      const { session_id, turns } = await session();
      const key = { 'idempotency-key': randomUUID() };
      const body = { message: 'else', session_id, after: turns[0], fork: true };
      const first = await turn(body, key);
      const again = await turn(body, key);
      expect([again.session_id, again.turn_id]).toEqual([first.session_id, first.turn_id]);
      expect(await chat(body, key)).toMatchObject({ session_id: first.session_id, turn_id: first.turn_id });
      for (const other of [
        { fork: false },
        { after: turns[1] },
        { after: null },
        { after: undefined, fork: undefined },
      ]) {
        const { status, problem } = await post(path, { ...body, ...other }, key);
        expect([status, problem['code']]).toEqual([422, 'idempotency-key-reused']);
      }
      expect(await asked(first.session_id)).toEqual(['m0', 'else']);
    });

    test.each([
      ['after without a session', (_: string, turn: string) => ({ after: turn }), 'after'],
      ['after null without a session', () => ({ after: null }), 'after'],
      [
        'after beside a session that is null',
        (_: string, turn: string) => ({ session_id: null, after: turn }),
        'after',
      ],
      ['a fork without after', (session_id: string) => ({ session_id, fork: true }), 'fork'],
      ['a fork without anything', () => ({ fork: true }), 'fork'],
      ['after that is a number', (session_id: string) => ({ session_id, after: 7 }), 'after'],
      ['a fork that is a string', (session_id: string, after: string) => ({ session_id, after, fork: 'yes' }), 'fork'],
      ['a fork that is null', (session_id: string, after: string) => ({ session_id, after, fork: null }), 'fork'],
      ['an unknown turn', (session_id: string) => ({ session_id, after: randomUUID() }), 'after'],
      ['a fork of an unknown turn', (session_id: string) => ({ session_id, after: randomUUID(), fork: true }), 'after'],
      ['a turn of an unknown session', (_: string, after: string) => ({ session_id: randomUUID(), after }), 'after'],
      ['after that is no id', (session_id: string) => ({ session_id, after: '{*}' }), 'after'],
      ['after that is empty', (session_id: string) => ({ session_id, after: '', fork: true }), 'after'],
    ])('is refused with %s, which is named', async (_, bodyOf, field) => {
      const { upstream } = host();
      const { session_id, turn_id } = await chat({});
      const calls = upstream.requests.length;
      const { status, problem } = await post(path, bodyOf(session_id, turn_id));
      expect([status, problem]).toMatchObject([
        422,
        { code: 'invalid-request', retryable: false, errors: [{ field }] },
      ]);
      expect(upstream.requests).toHaveLength(calls);
    });
  });

  test('a fork is taken beside a turn that runs, which is busy itself', async () => {
    const { client, upstream } = host();
    const { session_id, turns } = await session();
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['slow', gate, 'ly'] });
    const frames = framesOf(await client.post('/chat/stream', { message: 'Hold', session_id }));
    const running = JSON.parse((await frames.next()).value?.data ?? '').turn_id;
    await frames.next();
    const fork = await chat({ message: 'beside', session_id, after: turns[2], fork: true });
    expect(await asked(fork.session_id)).toEqual(['m0', 'm1', 'm2', 'beside']);
    for (const body of [{ after: turns[2] }, { after: running }, { after: running, fork: true }]) {
      const { status, problem } = await post('/chat', { session_id, ...body });
      expect([status, problem]).toMatchObject([409, { code: 'session-busy', retryable: true }]);
    }
    gate.open();
    await Array.fromAsync(frames);
    expect(await asked(session_id)).toEqual(['m0', 'm1', 'm2', 'Hold']);
    expect(await asked(fork.session_id)).toEqual(['m0', 'm1', 'm2', 'beside']);
  });

  test('a fork that fails leaves nothing', async () => {
    const { client, upstream } = host();
    const { session_id, turns } = await session();
    const list = async () => lasting(await (await client.get('/chat/sessions')).text());
    const before = await list();
    upstream.enqueue({ deltas: ['half'], ending: 'cut' });
    const body = { message: 'else', session_id, after: turns[1], fork: true };
    const { first, last } = await readStream(await client.post('/chat/stream', body));
    expect(last).toMatchObject({ error: { code: 'model-failed' } });
    expect((await client.get(`/chat/history/${first.session_id}`)).status).toBe(404);
    expect(await list()).toBe(before);
  });

  test('what two forks say of a copied turn is each one’s own', async () => {
    const { client } = host();
    const { session_id, turns } = await session();
    const rate = (id: string, rating: string) =>
      client.post('/chat/feedback', { session_id: id, turn_id: turns[0], rating });
    expect((await rate(session_id, 'up')).status).toBe(204);
    const fork = await chat({ session_id, after: turns[0], fork: true });
    const ratings = async (id: string) =>
      JSON.parse(await historyOf(id)).messages.flatMap(({ feedback }: { feedback?: object }) => feedback ?? []);
    expect(await ratings(fork.session_id)).toEqual([]);
    expect((await rate(fork.session_id, 'down')).status).toBe(204);
    expect(await ratings(fork.session_id)).toEqual([{ rating: 'down' }]);
    expect(await ratings(session_id)).toEqual([{ rating: 'up' }]);
  });
}
