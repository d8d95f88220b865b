import type { AssistantMessage, Item, UserMessage } from '../../conversation/ports/stored.ts';
import { type ApiItem, type FunctionOutputItem, textPart } from './api-items.ts';
import { approvalRequestId, functionCallId, type ItemType, itemId } from './ids.ts';

/** What was brought: its stored id is that of its block, `-`, and its place. Of a call there are two. */
export function broughtItems(sessionId: string, { id, role, content, call }: Item): ApiItem[] {
  const idOf = (type: ItemType) => itemId({ type, sessionId, ...blockOf(id) });
  const status = 'completed' as const;
  if (call === undefined) {
    return [{ id: idOf('message'), type: 'message', status, role, content: [textPart(role, content)] }];
  }
  const { call_id, name, arguments: written } = call;
  return [
    { id: idOf('function_call'), type: 'function_call', status, arguments: written, call_id, name },
    { id: idOf('function_call_output'), type: 'function_call_output', status, call_id, output: content },
  ];
}

/**
 * What a turn was asked: what the caller brought; what came of its functions, and what it decided; and its message, where
 * it sent one.
 */
export function askedItems(sessionId: string, user: UserMessage, answer: AssistantMessage): ApiItem[] {
  const { turn_id: blockId, content, items = [], approve = [] } = user;
  const place = broughtCount(user);
  const message = { type: 'message' as const, role: 'user' as const, status: 'completed' as const };
  return [
    ...items.flatMap((item) => broughtItems(sessionId, item)),
    ...outputItems(sessionId, answer, place),
    ...approve.map(({ id, decision }, at) => ({
      id: itemId({ type: 'mcp_approval_response', sessionId, blockId, place: at }),
      type: 'mcp_approval_response' as const,
      approval_request_id: approvalRequestId(sessionId, id),
      approve: decision === 'yes',
      reason: null,
    })),
    ...(content === ''
      ? []
      : [
          {
            ...{ id: itemId({ type: 'message', sessionId, blockId, place }), ...message },
            content: [textPart('user', content)],
          },
        ]),
  ];
}

/** What came of the caller's functions that the turn before had called: also that they were not, where it said nothing. */
function outputItems(
  sessionId: string,
  { turn_id: blockId, steps = [] }: AssistantMessage,
  place: number,
): FunctionOutputItem[] {
  return steps
    .filter(({ by_caller, status }) => by_caller && status !== 'open')
    .map(({ id, result }, at) => ({
      id: itemId({ type: 'function_call_output', sessionId, blockId, place: place + at }),
      type: 'function_call_output',
      status: 'completed',
      call_id: functionCallId(id),
      output: result,
    }));
}

/** Of the items before a message those that came with its turn; the others were brought between turns. */
export function broughtCount({ turn_id, items = [] }: UserMessage): number {
  return items.filter(({ id }) => blockOf(id).blockId === turn_id).length;
}

function blockOf(id: string): { blockId: string; place: number } {
  const cut = id.lastIndexOf('-');
  return { blockId: id.slice(0, cut), place: Number(id.slice(cut + 1)) };
}
