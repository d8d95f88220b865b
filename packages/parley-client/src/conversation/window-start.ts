import type { Summary } from '../client/contract.ts';
import type { ConversationState, Message } from './conversation-state.ts';

/** What the model knows of a conversation, by where that changes. */
export interface WindowStart {
  /** The key of the last message that it is shown in summary only; the summaries of that message and those before it. */
  summarized?: { behind: string; summaries: readonly Summary[] };
  /** Where some before were not shown to it at all: the key of the last message that was not; and how many. */
  dropped?: { behind: string; count: number };
}

export function windowStartOf({ messages, summaries }: ConversationState): WindowStart {
  return { ...summarizedOf(messages, summaries), ...droppedOf(messages) };
}

/**
 * Nothing where that is not among the messages. A summary of what is not there, as in a fork from within its block, says
 * nothing of those that are.
 */
function summarizedOf(messages: readonly Message[], summaries: readonly Summary[]): WindowStart {
  for (let length = summaries.length; length > 0; length -= 1) {
    const through = summaries[length - 1]?.through_turn_id;
    const last = messages.filter(({ turnId }) => turnId === through).at(-1);
    if (last !== undefined) return { summarized: { behind: last.key, summaries: summaries.slice(0, length) } };
  }
  return {};
}

/** By the last answer, before whose question so many messages stood in the prompt. */
function droppedOf(messages: readonly Message[]): WindowStart {
  const place = messages.map((message) => message.context !== undefined).lastIndexOf(true);
  const { context } = messages[place] ?? {};
  if (context === undefined || context.dropped_messages === 0) return {};
  // The question itself, and what the summaries stand in, are counted there too.
  const shown = context.messages - (context.summarized_messages > 0 ? 2 : 1);
  const last = messages[place - 1 - shown - 1];
  return last ? { dropped: { behind: last.key, count: context.dropped_messages } } : {};
}
