import { randomUUID } from 'node:crypto';
import { createParser } from 'eventsource-parser';
import { Client, type Frame, framesOf } from '../end-to-end/client.ts';
import { Random } from './random.ts';
import type { FaultRun } from './report.ts';
import { startService } from './service.ts';

const AT_ONCE = 16;
/** Nobody dies here, so a lease may be longer than this machine ever stands still. */
const settings = { TURN_LEASE_SECONDS: '10' };

/** Answers that are also cut, and joined again elsewhere, while they run. */
const LIVE_EVERY = 5;

const words = [
  'Hello',
  'naïve',
  '混雑した',
  'עברית',
  '👩‍👩‍👧',
  '"quoted"',
  '\\n',
  'data:',
  '\u2028',
  '<b>',
  '\t',
  '\n\n',
  'id: 7',
];

/**
 * Streamed answers are cut at every byte, and resumed as a client would: by the last frame that came whole, or with the
 * same key where not even the first did. What came and what was resumed have to be the frames of the whole stream.
 */
export const cuts: FaultRun = async ({ bundle, schedules: count, seed }) => {
  const service = await startService(bundle);
  const clients = (await Promise.all([service.start(settings), service.start(settings)])).map(
    (host) => new Client(host.url),
  );
  const [here, there] = clients as [Client, Client];
  const random = new Random(seed);
  const faults: string[] = [];
  const figures = { answers: count, cuts: 0, liveCuts: 0 };
  try {
    for (let answer = 0; answer < count; answer += 1) {
      const message = ['Say', ...Array.from({ length: random.between(1, 14) }, () => random.pick(words))].join(' ');
      const key = { 'idempotency-key': randomUUID() };
      const bytes = await answered(() => here.post('/chat/stream', { message }, key));
      const whole = parse(bytes);
      const sessionId: string = JSON.parse(whole[0]?.data ?? '').session_id;
      const offsets = Array.from(bytes.keys());
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (let at = offsets.shift(); at !== undefined; at = offsets.shift()) {
            const came = parse(bytes.subarray(0, at));
            const rest = await resume(at % 2 === 0 ? here : there, sessionId, came, { message, key });
            figures.cuts += 1;
            if (!equal([...came, ...rest], whole))
              faults.push(`answer ${answer} cut at byte ${at} is not resumed whole`);
          }
        }),
      );
      if (answer % LIVE_EVERY === 0) {
        figures.liveCuts += 1;
        if (!(await cutLive(here, there, `[slow] ${message}`, random.between(1, 4)))) {
          faults.push(`answer ${answer} cut while it ran is not resumed whole`);
        }
      }
    }
  } finally {
    await service.stop();
  }
  return { figures, faults };
};

/**
 * The bytes of a stream, none of 204. A machine that stands still for a second is answered for with 503, also inside a
 * stream, which a client asks again.
 */
async function answered(ask: () => Promise<Response>): Promise<Uint8Array> {
  for (;;) {
    const response = await ask();
    const bytes = new Uint8Array(await response.arrayBuffer());
    const isAway = parse(bytes).some(({ data }) => data.startsWith('{"error":{') && data.includes('store-unavailable'));
    if (response.status !== 503 && !isAway) return bytes;
  }
}

async function resume(
  client: Client,
  sessionId: string,
  came: readonly Frame[],
  { message, key }: { message: string; key: Record<string, string> },
): Promise<Frame[]> {
  const last = came.at(-1)?.id;
  if (came.at(-1)?.data === '[DONE]') return [];
  const bytes = await answered(() =>
    last === undefined
      ? client.post('/chat/stream', { message }, key)
      : client.get(`/chat/stream/${sessionId}`, { 'last-event-id': last }),
  );
  // Of 204: it has every event.
  if (bytes.length === 0) return [{ id: undefined, data: '[DONE]' }];
  return parse(bytes);
}

/** Leaves a turn that runs after some frames, and joins it on another instance. */
async function cutLive(here: Client, there: Client, message: string, leaveAfter: number): Promise<boolean> {
  const leaving = new AbortController();
  let response = await here.post('/chat/stream', { message }, {}, leaving.signal);
  while (response.status === 503) response = await here.post('/chat/stream', { message }, {}, leaving.signal);
  const came: Frame[] = [];
  for await (const frame of framesOf(response)) {
    came.push(frame);
    if (came.length === leaveAfter) break;
  }
  leaving.abort();
  const sessionId: string = JSON.parse(came[0]?.data ?? '').session_id;
  const rest = await resume(there, sessionId, came, { message, key: {} });
  const again = await answered(() => there.get(`/chat/stream/${sessionId}`));
  return equal([...came, ...rest], parse(again));
}

function parse(bytes: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  const parser = createParser({ onEvent: ({ id, data }) => frames.push({ id, data }) });
  parser.feed(new TextDecoder().decode(bytes));
  return frames;
}

function equal(one: readonly Frame[], other: readonly Frame[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
