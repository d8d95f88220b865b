import { sessionIdOf } from '../requests.ts';

/** A turn by the ids that find it. */
export interface TurnPlace {
  sessionId: string;
  turnId: string;
}

/** How the ids of items begin, by their type. */
const prefixes = {
  message: 'msg',
  mcp_call: 'mcp',
  mcp_approval_request: 'mcpr',
  mcp_approval_response: 'mcpa',
  function_call: 'fc',
  function_call_output: 'fco',
} as const;

export type ItemType = keyof typeof prefixes;

/**
 * An item: of a turn, or of what was brought between turns (`blockId` is either's id), counted from 0. What was brought is
 * one item with what came of it, so that a call and its output share their place.
 */
export interface ItemPlace {
  type: ItemType;
  sessionId: string;
  blockId: string;
  place: number;
}

// Ids are opaque to callers, and hold what finds the thing, so that no index is kept for them. They have one form: what
// is written otherwise is nobody's id.

export function conversationId(sessionId: string): string {
  return `conv_${hexOf(sessionId)}`;
}

export function responseId({ sessionId, turnId }: TurnPlace): string {
  return `resp_${hexOf(sessionId)}${hexOf(turnId)}`;
}

export function itemId({ type, sessionId, blockId, place }: ItemPlace): string {
  return `${prefixes[type]}_${hexOf(sessionId)}${hexOf(blockId)}${place}`;
}

/** Of a request for the approval of a step, whose place is the step's number, so that whoever knows the step knows it. */
export function approvalRequestId(sessionId: string, stepId: string): string {
  const [blockId = '', step] = stepId.split('.');
  return itemId({ type: 'mcp_approval_request', sessionId, blockId, place: Number(step) });
}

/** By which the caller names the step of a function that it is to call; providers take no longer one. */
export function functionCallId(stepId: string): string {
  const [turnId = '', step] = stepId.split('.');
  return `call_${hexOf(turnId)}_${step}`;
}

/** The session that a conversation's id names, where that can be one of ours. */
export function readConversationId(id: string | undefined): string | undefined {
  const [, session = ''] = /^conv_([0-9a-f]{32})$/i.exec(id ?? '') ?? [];
  return uuidOf(session);
}

/** The turn that a response's id names, where that can be one of ours. */
export function readResponseId(id: string | undefined): TurnPlace | undefined {
  const [, session = '', turn = ''] = /^resp_([0-9a-f]{32})([0-9a-f]{32})$/i.exec(id ?? '') ?? [];
  const [sessionId, turnId] = [uuidOf(session), uuidOf(turn)];
  return sessionId && turnId ? { sessionId, turnId } : undefined;
}

/** What an item's id names, where that can be one of ours. */
export function readItemId(id: string | undefined): ItemPlace | undefined {
  const parts = /^([a-z]+)_([0-9a-f]{32})([0-9a-f]{32})(0|[1-9]\d{0,8})$/i.exec(id ?? '');
  const [, prefix = '', session = '', block = '', place] = parts ?? [];
  const type = types.get(prefix.toLowerCase());
  const [sessionId, blockId] = [uuidOf(session), uuidOf(block)];
  return type && sessionId && blockId ? { type, sessionId, blockId, place: Number(place) } : undefined;
}

/** The step that the id of a function's call names, where that can be one of ours. */
export function readFunctionCallId(id: string): { turnId: string; stepId: string } | undefined {
  const [, turn = '', step] = /^call_([0-9a-f]{32})_([1-9]\d{0,2})$/i.exec(id) ?? [];
  const turnId = uuidOf(turn);
  return turnId === undefined ? undefined : { turnId, stepId: `${turnId}.${step}` };
}

const types = new Map(Object.entries(prefixes).map(([type, prefix]) => [prefix as string, type as ItemType]));

function hexOf(uuid: string): string {
  return uuid.replaceAll('-', '');
}

function uuidOf(hex: string): string | undefined {
  return sessionIdOf(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
}
