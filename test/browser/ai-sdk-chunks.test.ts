import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunksOf } from '../../packages/parley-client/src/ai-sdk/chunks.ts';
import type { TurnEvent } from '../../packages/parley-client/src/client/turn-events.ts';

const opened: TurnEvent = { type: 'opened', id: '1', session_id: 'session', turn_id: 'turn', assistant: 'default' };
const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, cached_tokens: 0 };
const context = {
  messages: 1,
  dropped_messages: 0,
  summarized_messages: 0,
  summary_tokens: 0,
  prompt_tokens: 1,
  max_prompt_tokens: 10,
};
const finished: TurnEvent = { type: 'finished', id: '9', finish_reason: 'stop', usage, context };
const tokens = (texts: string[]): TurnEvent[] => texts.map((token) => ({ type: 'token', id: '2', token }));

async function* streamOf(events: TurnEvent[]): AsyncGenerator<TurnEvent> {
  yield* events;
}

/** Pieces of a text, cut at these places. */
function cutAt(text: string, places: number[]): string[] {
  const cuts = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length];
  return cuts.slice(1).map((end, index) => text.slice(cuts[index], end));
}

test('a turn that is told again from its beginning, in other pieces, is one message with its text once', async () => {
  const places = fc.array(fc.nat(), { maxLength: 6 });
  const told = fc.record({ pieces: places, until: fc.nat() });
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1 }), fc.array(told, { maxLength: 3 }), places, async (text, cut, last) => {
      const before = cut.flatMap(({ pieces, until }) => [opened, ...tokens(cutAt(text, pieces)).slice(0, until % 8)]);
      const events = [...before, opened, ...tokens(cutAt(text, last)), finished];
      const chunks = await Array.fromAsync(chunksOf(streamOf(events)));
      const others = chunks.filter(({ type }) => type !== 'text-delta').map(({ type }) => type);
      expect(others).toEqual(['start', 'text-start', 'text-end', 'finish']);
      expect(chunks.map((chunk) => (chunk.type === 'text-delta' ? chunk.delta : '')).join('')).toBe(text);
    }),
  );
});

test('a turn that was stopped before it said anything leaves no message behind', async () => {
  expect(await Array.fromAsync(chunksOf(streamOf([opened, { ...finished, finish_reason: 'stopped' }])))).toEqual([]);
});
