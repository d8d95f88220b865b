import type { TurnEvent, TurnFinished, TurnStarted } from '../conversation/events.ts';

/** A turn as one answer in JSON: its events, folded. */
export type TurnAnswer = Omit<TurnStarted, 'type'> & Omit<TurnFinished, 'type'> & { response: string };

/** @throws {Failure} the turn's own */
export async function turnAnswer(events: AsyncIterable<TurnEvent>): Promise<TurnAnswer> {
  let answer = { response: '' } as TurnAnswer;
  for await (const event of events) {
    if (event.type === 'token-said') answer.response += event.token;
    else {
      const { type: _, ...rest } = event;
      answer = { ...answer, ...rest };
    }
  }
  const { session_id, response, turn_id, assistant, finish_reason, usage, context } = answer;
  return { session_id, response, turn_id, assistant, finish_reason, usage, context };
}
