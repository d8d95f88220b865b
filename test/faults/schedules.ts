import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Client, framesOf } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { type Attempt, checkSchedule, type StoredLists } from './check-schedule.ts';
import { Random } from './random.ts';
import type { FaultRun } from './report.ts';
import { startService } from './service.ts';

/** Schedules that run at the same time, each on a session of its own. */
const AT_ONCE = 24;
/** Nobody dies here, so a lease may be longer than this machine ever stands still. */
const patient = { TURN_LEASE_SECONDS: '10' };
/** Redis is emptied after so many. */
const BATCH = 240;

interface Schedule {
  random: Random;
  clients: Client[];
  /** As the first turn's first frame told it. */
  sessionId: string | null;
  attempts: Attempt[];
  deleted: Set<string>;
  /** Answers that nobody expects. */
  odd: string[];
}

/**
 * Random schedules of 2 to 8 clients on one session each, over two instances: send, retry with the same key, stop,
 * delete, disconnect, join. Then what Redis holds is held against what the clients were told.
 */
export const schedules: FaultRun = async ({ bundle, schedules: count, seed }) => {
  const service = await startService(bundle);
  const hosts = await Promise.all([service.start(patient), service.start(patient)]);
  const raw = new Redis(service.redis.url);
  const faults: string[] = [];
  const seen = { attempts: 0, answered: 0, refused: 0, cut: 0, stored: 0, deleted: 0 };
  try {
    for (let done = 0; done < count; done += BATCH) {
      const batch = Array.from(
        { length: Math.min(BATCH, count - done) },
        (_, at): Schedule => ({
          random: new Random(seed * 1_000_003 + done + at),
          clients: hosts.map((host) => new Client(host.url)),
          sessionId: null,
          attempts: [],
          deleted: new Set(),
          odd: [],
        }),
      );
      const waiting = batch.map((schedule, at) => ({ schedule, name: `schedule ${done + at}` }));
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
            await run(next.schedule, next.name);
        }),
      );
      // Turns whose clients went away are still on their way.
      await eventually(async () => (await raw.keys('chat:*:lease:*')).length === 0);
      const stored = await readLists(raw);
      for (const schedule of batch) {
        faults.push(
          ...schedule.odd,
          ...checkSchedule(schedule.attempts, schedule.deleted, stored, service.upstream.answerTo),
        );
        seen.attempts += schedule.attempts.length;
        seen.deleted += schedule.deleted.size;
        for (const { outcome } of schedule.attempts) seen[outcome.kind] += 1;
      }
      seen.stored += [...stored.values()].reduce((sum, list) => sum + list.length / 2, 0);
      await raw.flushall();
    }
  } finally {
    raw.disconnect();
    await service.stop();
  }
  return { figures: { schedules: count, ...seen }, faults };
};

async function run(schedule: Schedule, name: string): Promise<void> {
  const { random } = schedule;
  const clients = random.between(2, 8);
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let step = 0, steps = random.between(1, 4); step < steps; step += 1) {
        await sleep(random.between(0, 30));
        // In a slow turn much can happen, and the first one makes the session.
        const mood = random.next() < (schedule.sessionId === null ? 0.5 : 0.15) ? '[slow] ' : '';
        await act(schedule, `${mood}${name} client ${client} step ${step}`);
      }
    }),
  );
}

async function act(schedule: Schedule, message: string): Promise<void> {
  const { random, attempts, sessionId } = schedule;
  const client = random.pick(schedule.clients);
  const dice = random.next();
  if (dice < 0.45 || sessionId === null) return send(schedule, client, { message, sessionId, key: keyOf(random) });
  if (dice < 0.65) {
    const earlier = random.pick(attempts);
    // Without a key it would be another turn of the same text, which the checker takes for a doubled one.
    if (earlier.key !== undefined) return send(schedule, client, earlier);
  }
  if (dice < 0.75) return send(schedule, client, { message, sessionId, key: keyOf(random) }, random.between(0, 40));
  if (dice < 0.85) return drain(schedule, await client.post('/chat/stop', { session_id: sessionId }), 200);
  if (dice < 0.9) return forget(schedule, client, sessionId);
  const response = await client.get(`/chat/stream/${sessionId}`, { 'last-event-id': String(random.between(0, 8)) });
  await drain(schedule, response, 200, 204);
}

async function forget(schedule: Schedule, client: Client, sessionId: string): Promise<void> {
  schedule.deleted.add(sessionId);
  await drain(schedule, await client.delete(`/chat/history/${sessionId}`), 204);
}

function keyOf(random: Random): string | undefined {
  return random.next() < 0.6 ? randomUUID() : undefined;
}

async function drain({ odd }: Schedule, response: Response, ...expected: number[]): Promise<void> {
  await response.text();
  if (!expected.includes(response.status)) odd.push(`${response.url} was answered ${response.status}`);
}

/** Sends a turn, as JSON or as a stream, and goes away after `leaveAfterMs` where that is given. */
async function send(
  schedule: Schedule,
  client: Client,
  { message, sessionId, key }: Pick<Attempt, 'message' | 'sessionId' | 'key'>,
  leaveAfterMs?: number,
): Promise<void> {
  const attempt: Attempt = { message, sessionId, key, outcome: { kind: 'cut' } };
  schedule.attempts.push(attempt);
  const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
  const asStream = schedule.random.next() < 0.5;
  const turnRequest = { session_id: sessionId, message };
  const signal = leaveAfterMs === undefined ? null : AbortSignal.timeout(leaveAfterMs);
  try {
    const response = await client.post(asStream ? '/chat/stream' : '/chat', turnRequest, headers, signal);
    if (response.status === 200 && asStream) {
      let [session, turn, text, ending] = ['', '', '', ''];
      for await (const { data } of framesOf(response)) {
        const frame = data === '[DONE]' ? {} : JSON.parse(data);
        if (frame.session_id !== undefined) [session, turn] = [frame.session_id, frame.turn_id];
        schedule.sessionId ??= session;
        // Forgotten while the turn runs that makes it.
        if (frame.session_id !== undefined && sessionId === null && schedule.random.next() < 0.2)
          await forget(schedule, client, session);
        text += frame.token ?? '';
        if (frame.error !== undefined) attempt.outcome = { kind: 'refused', code: frame.error.code, session };
        ending = frame.finish_reason ?? ending;
        if (data === '[DONE]') attempt.outcome = { kind: 'answered', session, turn, text, ending };
      }
      return;
    }
    const body = await response.text();
    if (body === '') throw new Error(`${response.status} without a body`);
    const answer = JSON.parse(body) as Record<string, string>;
    const { session_id: session = '', turn_id: turn = '', response: text = '', finish_reason: ending = '' } = answer;
    if (response.status === 200) attempt.outcome = { kind: 'answered', session, turn, text, ending };
    else attempt.outcome = { kind: 'refused', code: answer['code'] ?? `status ${response.status}`, session: sessionId };
    if (response.status === 200) schedule.sessionId ??= session;
  } catch (error) {
    // Only who went away by itself may see its connection end.
    if (signal?.aborted !== true) attempt.outcome = { kind: 'refused', code: `${error}`, session: sessionId };
  }
}

/** Every list of messages in Redis, by session. */
async function readLists(raw: Redis): Promise<StoredLists> {
  const lists: StoredLists = new Map();
  for (const key of await raw.keys('chat:*:messages:*')) {
    const messages = (await raw.lrange(key, 0, -1)).map((json) => JSON.parse(json));
    lists.set(key.slice(key.lastIndexOf(':') + 1), messages);
  }
  return lists;
}
