import type { FinishReason, UIMessageChunk } from 'ai';
import type { TurnEvent } from '../client/turn-events.ts';

const finishReasons = {
  stop: 'stop',
  stopped: 'stop',
  length: 'length',
  deadline: 'other',
  approval: 'tool-calls',
} as const satisfies Record<string, FinishReason>;

const PART = 'answer';

/**
 * One turn's events as the AI SDK's chunks. They begin with the first token: what said nothing leaves no message behind.
 * Where `opened` comes again, and all tokens with it, what was told before is left out.
 */
export async function* chunksOf(events: AsyncIterable<TurnEvent>): AsyncGenerator<UIMessageChunk, void> {
  let opened: (TurnEvent & { type: 'opened' }) | undefined;
  /** In characters: what the reader was told, and where the events are. */
  let told = 0;
  let heard = 0;
  for await (const event of events) {
    switch (event.type) {
      case 'opened':
        opened = event;
        heard = 0;
        break;
      case 'token': {
        const news = event.token.slice(Math.max(told - heard, 0));
        heard += event.token.length;
        if (news === '') break;
        if (told === 0 && opened) yield* beginning(opened);
        yield { type: 'text-delta', id: PART, delta: news };
        told = heard;
        break;
      }
      case 'finished': {
        if (told === 0) return;
        const { finish_reason, usage, context } = event;
        yield { type: 'text-end', id: PART };
        const finishReason = finishReasons[finish_reason];
        yield { type: 'finish', finishReason, messageMetadata: { finish_reason, usage, context } };
      }
    }
  }
}

function* beginning({ session_id, turn_id, assistant }: TurnEvent & { type: 'opened' }): Generator<UIMessageChunk> {
  yield { type: 'start', messageId: turn_id, messageMetadata: { session_id, turn_id, assistant } };
  yield { type: 'text-start', id: PART };
}
