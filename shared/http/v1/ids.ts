import { sessionIdOf } from '../requests.ts';

/** A turn by the ids that find it. */
export interface TurnPlace {
  sessionId: string;
  turnId: string;
}

/** An item: of a turn, or of what was brought between turns (`blockId` is either's id), counted from 0. */
export interface ItemPlace {
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

export function itemId({ sessionId, blockId, place }: ItemPlace): string {
  return `msg_${hexOf(sessionId)}${hexOf(blockId)}${place}`;
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
  const parts = /^msg_([0-9a-f]{32})([0-9a-f]{32})(0|[1-9]\d{0,8})$/i.exec(id ?? '');
  const [, session = '', block = '', place] = parts ?? [];
  const [sessionId, blockId] = [uuidOf(session), uuidOf(block)];
  return sessionId && blockId ? { sessionId, blockId, place: Number(place) } : undefined;
}

function hexOf(uuid: string): string {
  return uuid.replaceAll('-', '');
}

function uuidOf(hex: string): string | undefined {
  return sessionIdOf(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
}
