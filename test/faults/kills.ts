import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '../end-to-end/client.ts';
import type { LocalHost } from '../host/start-host.ts';
import { type AnsweredTurn, checkConversations } from './check-conversations.ts';
import { Random } from './random.ts';
import type { FaultRun } from './report.ts';
import { type Service, startService } from './service.ts';

const LANES = 4;
const LEASE_MS = 1000;
/** A session is free again so long after its holder died; the promise. */
const FREE_WITHIN_MS = LEASE_MS + 1000;

/**
 * Instances are killed with -9 at random points of a turn. Meanwhile a client on another instance tries to talk on the
 * same session until it is let in, and then the killed turn is sent again with its key.
 */
export const kills: FaultRun = async ({ bundle, schedules: count, seed }) => {
  const service = await startService(bundle);
  const survivor = new Client((await service.start()).url);
  const answered: AnsweredTurn[] = [];
  const faults: string[] = [];
  const waits: number[] = [];
  let left = count;
  try {
    await Promise.all(
      Array.from({ length: LANES }, async (_, lane) => {
        const random = new Random(seed * 1009 + lane);
        let victim = await service.start();
        const { answer } = await until(survivor, { message: `lane ${lane} begins` });
        const { session_id: sessionId = null } = answer;
        for (let round = 0; left > 0; round += 1) {
          left -= 1;
          const name = `lane ${lane} round ${round}`;
          // A turn that makes its session has more to lose, and nobody else can wait for it.
          const isFirst = random.chance(0.3);
          const killed = { service, survivor, victim, random, sessionId: isFirst ? null : sessionId, name, answered };
          const wait = await killOnce(killed);
          if (wait !== undefined) waits.push(wait);
          if (wait !== undefined && wait > FREE_WITHIN_MS)
            faults.push(`${name}: the session was busy for ${wait.toFixed(0)} ms`);
          victim = await service.start();
        }
      }),
    );
    const { storedTurns, ...found } = await checkConversations(
      [service.redis.url],
      answered,
      service.upstream.answerTo,
    );
    for (const [fault, list] of Object.entries(found)) faults.push(...list.map((each) => `${fault}: ${each}`));
    const longest = Math.round(Math.max(...waits));
    return { figures: { killed: count, answered: answered.length, storedTurns, longestWaitMs: longest }, faults };
  } finally {
    await service.stop();
  }
};

interface Round {
  service: Service;
  survivor: Client;
  victim: LocalHost;
  random: Random;
  /** `null`: the turn makes one. */
  sessionId: string | null;
  name: string;
  answered: AnsweredTurn[];
}

/** @returns milliseconds from the kill until another turn was asked for in vain for the last time, where one could be */
async function killOnce({ survivor, victim, random, sessionId, name, answered }: Round): Promise<number | undefined> {
  const key = { 'idempotency-key': randomUUID() };
  const body = { session_id: sessionId, message: `[slow] ${name}` };
  const remember = (message: string, answer: Record<string, string>) => {
    const { session_id = '', turn_id = '', response = '' } = answer;
    answered.push({ sessionId: session_id, turnId: turn_id, message, response });
  };
  const first = new Client(victim.url).chat(body, key).catch(() => undefined);
  await sleep(random.between(0, 250));
  await victim.kill9();
  const killedAt = performance.now();
  const before = await first;
  if (before !== undefined) remember(body.message, before);

  let wait: number | undefined;
  if (sessionId !== null) {
    const message = `${name} goes on`;
    const { answer, refusedAt } = await until(survivor, { session_id: sessionId, message });
    remember(message, answer);
    // How long the answer took is the machine's affair.
    wait = Math.max(0, refusedAt - killedAt);
  }
  const { answer: retried } = await until(survivor, body, key);
  if (before === undefined) remember(body.message, retried);
  else if (before['turn_id'] !== retried['turn_id']) throw new Error(`${name}: the retry is another turn`);
  return wait;
}

/** A machine that stands still for a second may lose a turn, or the store for that time. */
const retryable = ['session-busy', 'turn-in-progress', 'turn-lost', 'store-unavailable'];

/** Sends a turn, under a key, until it is let in and answered; tells when it was sent in vain for the last time. */
async function until(client: Client, body: object, key = { 'idempotency-key': randomUUID() }) {
  for (let refusedAt = 0; ; ) {
    const askedAt = performance.now();
    const response = await client.post('/chat', body, key);
    const answer = (await response.json()) as Record<string, string>;
    if (response.status === 200) return { answer, refusedAt };
    if (!retryable.includes(answer['code'] ?? '')) throw new Error(`${response.status}: ${answer['code']}`);
    if (response.status === 409) refusedAt = askedAt;
    await sleep(10);
  }
}
