import type { KeptSession } from '../../conversation/ports/between-turns.ts';
import type { Call } from '../endpoint.ts';
import { notFound } from './api-failure.ts';
import { conversationId, readConversationId } from './ids.ts';

/** A conversation as the API has it, and a field of our own: when it is forgotten unless it is used again. */
export function conversationOf({ summary, metadata, expiresAt }: KeptSession) {
  return {
    id: conversationId(summary.id),
    object: 'conversation',
    created_at: Math.floor(Date.parse(summary.created) / 1000),
    metadata,
    expires_at: Math.floor(expiresAt / 1000),
  } as const;
}

/**
 * The session that the path names, where that can be one of ours.
 *
 * @throws {ApiFailure} 404
 */
export function namedSession({ request }: Call): string {
  const sessionId = readConversationId(request.params['conversation_id']);
  if (sessionId === undefined) throw notFound('conversation');
  return sessionId;
}

/** @throws {ApiFailure} 404 where there is none */
export async function keptSession(call: Call): Promise<KeptSession> {
  const session = await call.services.store.session(call.caller.owner, namedSession(call));
  if (session === undefined) throw notFound('conversation');
  return session;
}
