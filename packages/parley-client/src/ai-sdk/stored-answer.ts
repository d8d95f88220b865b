import type { History, StoredMessage } from '../client/contract.ts';
import type { TurnEvent } from '../client/turn-events.ts';

export type StoredAnswer = StoredMessage & Required<Pick<StoredMessage, 'finish_reason' | 'usage' | 'context'>>;

export function isAnswer(message: StoredMessage): message is StoredAnswer {
  return message.role === 'assistant' && message.finish_reason !== undefined;
}

/** A stored turn's events, as its stream has them: its text in as few tokens as its steps allow. */
export function* eventsOf(
  answer: StoredAnswer,
  { session_id, assistant }: Pick<History, 'session_id' | 'assistant'>,
): Generator<TurnEvent> {
  const { turn_id, content, steps = [], finish_reason, usage, context, sources } = answer;
  // A session that has an answer has an assistant.
  yield { type: 'opened', id: '', session_id, turn_id, assistant: assistant ?? '' };
  let from = 0;
  for (const { type: _, at, status, ms, result, sources, ...call } of steps) {
    if (at > from) yield { type: 'token', id: '', token: content.slice(from, at) };
    from = at;
    yield { type: 'called', id: '', call: { ...call, ...(status === 'open' && !call.by_caller && { approve: true }) } };
    if (status === 'open') continue;
    const returned = { id: call.id, status, ms, ...(result !== undefined && { result }), ...(sources && { sources }) };
    yield { type: 'returned', id: '', result: returned };
  }
  if (from < content.length) yield { type: 'token', id: '', token: content.slice(from) };
  yield { type: 'finished', id: '', finish_reason, usage, context, ...(sources && { sources }) };
}
