import { readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai';
import fc from 'fast-check';
import type { Telling } from '../../packages/parley-client/src/ai-sdk/telling.ts';
import type { History, StoredMessage } from '../../packages/parley-client/src/client/contract.ts';
import type { Step } from '../../packages/parley-client/src/client/steps.ts';
import type { TurnEvent } from '../../packages/parley-client/src/client/turn-events.ts';

const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, cached_tokens: 0 };
const context = {
  ...{ messages: 1, dropped_messages: 0, summarized_messages: 0, summary_tokens: 0 },
  ...{ prompt_tokens: 1, max_prompt_tokens: 10 },
};
const about = { session_id: 'session', assistant: 'default' };
const openedOf = (turn_id: string): TurnEvent => ({ type: 'opened', id: '1', turn_id, ...about });
const token = (text: string): TurnEvent => ({ type: 'token', id: '2', token: text });

/** What a turn says, and calls at once behind it. */
interface Round {
  says: string;
  calls: ('ok' | 'shown' | 'error')[];
}

interface Turn {
  /** What it decides of the calls that the turn before left open, place by place. */
  decides: boolean[];
  rounds: Round[];
  /** So many calls that wait end it. */
  open: number;
  sources: boolean;
  /** Where its text is cut, how many of its events were told before it began again, and what failed was told of it. */
  cuts: number[];
  replays: number[];
  failed: number;
}

const rounds = fc.array(
  fc.record({ says: fc.string(), calls: fc.array(fc.constantFrom('ok', 'shown', 'error'), { maxLength: 3 }) }),
  { minLength: 1, maxLength: 3 },
);
export const turns = fc.array(
  fc.record({
    decides: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    rounds,
    open: fc.nat({ max: 2 }),
    sources: fc.boolean(),
    cuts: fc.array(fc.nat({ max: 20 }), { maxLength: 3 }),
    replays: fc.array(fc.nat({ max: 12 }), { maxLength: 2 }),
    failed: fc.nat({ max: 12 }),
  }),
  { minLength: 1, maxLength: 4 },
);

/** The stored answer of a turn. */
export function answerOf(turnId: string, turn: Turn, waiting: Step[]): StoredMessage {
  const decided = waiting.map(
    (step, place): Step => ({ ...step, at: 0, status: turn.decides[place] ? 'ok' : 'rejected' }),
  );
  let content = '';
  let count = 0;
  const steps = turn.rounds.flatMap(({ says, calls }) => {
    content += says;
    return calls.map((kind) => stepOf(`${turnId}.${++count}`, kind, content.length));
  });
  const open = Array.from({ length: turn.open }, () => stepOf(`${turnId}.${++count}`, 'open', content.length));
  return {
    ...{ id: `${turnId}-1`, role: 'assistant', turn_id: turnId, timestamp: 'now', content, usage, context },
    steps: [...decided, ...steps, ...open],
    finish_reason: turn.open > 0 ? 'approval' : 'stop',
    ...(turn.sources && { sources: [{ url: 'https://one.example' }, { url: 'https://two.example', title: 'Two' }] }),
  };
}

function stepOf(id: string, kind: Round['calls'][number] | 'open', at: number): Step {
  const status = kind === 'shown' ? 'ok' : kind;
  const shown = kind === 'shown' && { result: 'a result', sources: [{ url: 'https://one.example' }] };
  return {
    type: 'tool_call',
    id,
    name: 'orders/search',
    arguments: '{"q":1}',
    status,
    ms: kind === 'open' ? 0 : 7,
    at,
    ...shown,
  };
}

/** A turn's events as a stream has them: text in pieces, results behind all calls of their round, the last one first. */
export function eventsOf(
  turnId: string,
  { content, steps = [], sources, finish_reason }: StoredMessage,
  cuts: number[],
): TurnEvent[] {
  const events: TurnEvent[] = [openedOf(turnId)];
  const pieces = (text: string) => {
    const places = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
    return places.slice(1).flatMap((end, place) => text.slice(places[place], end) || []);
  };
  let from = 0;
  for (const [at, calls] of Map.groupBy(steps, (step) => step.at)) {
    events.push(...pieces(content.slice(from, at)).map(token));
    from = at;
    for (const { id, name, arguments: written, status } of calls)
      events.push({
        type: 'called',
        id: '3',
        call: { id, name, arguments: written, ...(status === 'open' && { approve: true }) },
      });
    for (const { id, status, ms, result, sources: found } of calls.toReversed())
      if (status !== 'open')
        events.push({
          type: 'returned',
          id: '4',
          result: { id, status, ms, ...(result && { result }), ...(found && { sources: found }) },
        });
  }
  events.push(...pieces(content.slice(from)).map(token));
  const finish = { finish_reason: finish_reason ?? 'stop', usage, context, ...(sources && { sources }) };
  return [...events, { type: 'finished', id: '9', ...finish }];
}

/** What the SDK makes of these chunks, behind what it has of the message. */
export async function told(events: TurnEvent[], telling: Telling, message?: UIMessage): Promise<UIMessage> {
  const stream = new ReadableStream<UIMessageChunk>({
    start(controller) {
      for (const event of events) for (const chunk of telling.hear(event)) controller.enqueue(chunk);
      controller.close();
    },
  });
  let latest = message ?? { id: '', role: 'assistant', parts: [] };
  const from = message && { message: structuredClone(message) };
  for await (const state of readUIMessageStream({ stream, terminateOnError: true, ...from })) latest = state;
  return latest;
}

/** As a chat has it, whose user decided. */
export function decided(message: UIMessage, decides: boolean[]): UIMessage {
  let place = 0;
  const parts = message.parts.map((part) => {
    if (part.type !== 'dynamic-tool' || part.state !== 'approval-requested') return part;
    const approved = decides[place++] ?? false;
    return { ...part, state: 'approval-responded' as const, approval: { ...part.approval, approved } };
  });
  return { ...message, parts };
}

export const without = (message: UIMessage | undefined) => {
  const { timestamp: _, ...metadata } = { ...(message?.metadata as object | undefined) } as Record<string, unknown>;
  return JSON.parse(JSON.stringify({ ...message, metadata }));
};
export const historyOf = (messages: StoredMessage[]): History => ({ ...({} as History), ...about, messages });
export const questionOf = (turnId: string, approve?: StoredMessage['approve']): StoredMessage => ({
  ...{ id: `${turnId}-0`, role: 'user', turn_id: turnId, timestamp: 'now', content: approve ? '' : 'Hi' },
  ...(approve && { approve }),
});
