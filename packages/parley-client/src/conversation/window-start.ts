import type { Summary } from '../client/contract.ts';
import type { ConversationState } from './conversation-state.ts';

/** Where, among the messages, those begin that the model is shown as they are. */
export interface WindowStart {
  /** Of the last message that it is shown in summary only. */
  behind: string;
  /** Of that message and those before it. */
  summaries: readonly Summary[];
}

/**
 * @returns nothing where that is not among the messages. A summary of what is not there, as in a fork from within its
 * block, says nothing of those that are.
 */
export function windowStartOf({ messages, summaries }: ConversationState): WindowStart | undefined {
  for (let length = summaries.length; length > 0; length -= 1) {
    const through = summaries[length - 1]?.through_turn_id;
    const last = messages.filter(({ turnId }) => turnId === through).at(-1);
    if (last !== undefined) return { behind: last.key, summaries: summaries.slice(0, length) };
  }
  return undefined;
}
