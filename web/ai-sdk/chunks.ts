import type { FinishReason, UIMessageChunk } from 'ai';
import type { TurnEvent } from '../client/turn-events.ts';
import type { Cut } from '../client/whole-turn.ts';

const finishReasons = { stop: 'stop', stopped: 'stop', length: 'length', deadline: 'other' } as const satisfies Record<
  string,
  FinishReason
>;

const PART = 'answer';

/** A turn's events as the AI SDK's chunks; a turn that fails ends with an `error` chunk. */
export function chunksOf(
  events: AsyncGenerator<TurnEvent | Cut, boolean>,
  { onOpened, onAnswer }: { onOpened: (sessionId: string) => void; onAnswer: () => void },
): ReadableStream<UIMessageChunk> {
  const chunks = chunksOfTurn(events, onOpened, onAnswer);
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return();
    },
  });
}

async function* chunksOfTurn(
  events: AsyncGenerator<TurnEvent | Cut, boolean>,
  onOpened: (sessionId: string) => void,
  onAnswer: () => void,
): AsyncGenerator<UIMessageChunk, void> {
  try {
    for await (const event of events) {
      switch (event.type) {
        case 'opened': {
          const { session_id, turn_id, assistant } = event;
          onOpened(session_id);
          yield { type: 'start', messageId: turn_id, messageMetadata: { session_id, turn_id, assistant } };
          yield { type: 'text-start', id: PART };
          break;
        }
        case 'token':
          yield { type: 'text-delta', id: PART, delta: event.token };
          break;
        case 'finished': {
          const { finish_reason, usage, context } = event;
          onAnswer();
          yield { type: 'text-end', id: PART };
          const finishReason = finishReasons[finish_reason];
          yield { type: 'finish', finishReason, messageMetadata: { finish_reason, usage, context } };
        }
      }
    }
  } catch (error) {
    yield { type: 'error', errorText: (error as Error).message };
  }
}
