import type { FinishReason } from '../../conversation/events.ts';
import type { AssistantMessage, Item, StoredMessage, UserMessage } from '../../conversation/ports/stored.ts';
import { itemId } from './ids.ts';

/** A message as the API has it. */
export interface MessageItem {
  id: string;
  type: 'message';
  status: 'in_progress' | 'completed' | 'incomplete';
  role: Item['role'];
  content: TextPart[];
}

export type TextPart =
  | { type: 'input_text'; text: string }
  | { type: 'output_text'; text: string; annotations: []; logprobs: [] };

export function textPart(role: Item['role'], text: string): TextPart {
  return role === 'assistant'
    ? { type: 'output_text', text, annotations: [], logprobs: [] }
    : { type: 'input_text', text };
}

/** What was brought: its stored id is that of its block, `-`, and its place. */
export function broughtItem(sessionId: string, { id, role, content }: Item): MessageItem {
  const { blockId, place } = blockOf(id);
  return {
    id: itemId({ sessionId, blockId, place }),
    type: 'message',
    status: 'completed',
    role,
    content: [textPart(role, content)],
  };
}

/** What a turn was asked: what the caller brought before its message, and that. */
export function askedItems(sessionId: string, user: UserMessage): MessageItem[] {
  const { turn_id: blockId, content } = user;
  return [
    ...(user.items ?? []).map((item) => broughtItem(sessionId, item)),
    {
      id: itemId({ sessionId, blockId, place: broughtCount(user) }),
      type: 'message',
      status: 'completed',
      role: 'user',
      content: [textPart('user', content)],
    },
  ];
}

/** @param brought items that the caller brought to this turn itself: the question's place, and the answer has the next */
export function answerItem(
  { sessionId, turnId }: { sessionId: string; turnId: string },
  brought: number,
  status: MessageItem['status'],
  text: string,
): MessageItem {
  const id = itemId({ sessionId, blockId: turnId, place: brought + 1 });
  return { id, type: 'message', status, role: 'assistant', content: [textPart('assistant', text)] };
}

/** All items of a stored turn, oldest first. */
export function turnItems(sessionId: string, user: UserMessage, answer: AssistantMessage): MessageItem[] {
  const status = answerStatus(answer.finish_reason);
  const place = { sessionId, turnId: user.turn_id };
  return [...askedItems(sessionId, user), answerItem(place, broughtCount(user), status, answer.content)];
}

/** The items of a session's messages, which are whole turns, oldest first. */
export function itemsOf(sessionId: string, messages: readonly StoredMessage[]): MessageItem[] {
  return messages.flatMap((user, place) => {
    const answer = messages[place + 1];
    return user.role === 'user' && answer?.role === 'assistant' ? turnItems(sessionId, user, answer) : [];
  });
}

export function answerStatus(reason: FinishReason): 'completed' | 'incomplete' {
  return reason === 'stop' || reason === 'approval' ? 'completed' : 'incomplete';
}

/** Of the items before a message those that came with its turn; the others were brought between turns. */
function broughtCount({ turn_id, items = [] }: UserMessage): number {
  return items.filter(({ id }) => blockOf(id).blockId === turn_id).length;
}

function blockOf(id: string): { blockId: string; place: number } {
  const cut = id.lastIndexOf('-');
  return { blockId: id.slice(0, cut), place: Number(id.slice(cut + 1)) };
}
