import type { FinishReason } from '../../conversation/events.ts';
import type { AssistantMessage, StoredMessage, UserMessage } from '../../conversation/ports/stored.ts';
import { toldOf } from '../../conversation/steps/told-events.ts';
import type { ApiItem } from './api-items.ts';
import { askedItems, broughtCount } from './asked-items.ts';
import { OutputItems } from './output-items.ts';

/** All items of a stored turn, oldest first. */
export function turnItems(sessionId: string, user: UserMessage, answer: AssistantMessage): ApiItem[] {
  const output = new OutputItems({ sessionId, turnId: user.turn_id }, broughtCount(user));
  for (const event of toldOf(answer)) output.tell(event);
  output.end(answerStatus(answer.finish_reason), answer.sources);
  return [...askedItems(sessionId, user, answer), ...output.all];
}

/** The items of a session's messages, which are whole turns, oldest first. */
export function itemsOf(sessionId: string, messages: readonly StoredMessage[]): ApiItem[] {
  return messages.flatMap((user, place) => {
    const answer = messages[place + 1];
    return user.role === 'user' && answer?.role === 'assistant' ? turnItems(sessionId, user, answer) : [];
  });
}

export function answerStatus(reason: FinishReason): 'completed' | 'incomplete' {
  return reason === 'stop' || reason === 'approval' || reason === 'tool_calls' ? 'completed' : 'incomplete';
}
