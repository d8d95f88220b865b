import type { KeptConversation, Session } from '../../packages/parley-client/src/index.ts';
import type { KeptTurn } from '../../packages/parley-client/src/react/index.ts';

/** A conversation as it is listed. */
export interface Listed extends Pick<Session, 'forked_from' | 'expires'> {
  /** Empty before its first turn, where nobody has given one. */
  title: string;
  /** Of its session; where it has none, its name. */
  id: string;
  /** It has no session: its first message has no answer, and this tab alone knows of it. */
  isUnsent?: boolean;
  assistant?: string | null | undefined;
  /** Its last message has failed. */
  hasFailed?: boolean;
}

/** What the service has of the user's conversations, after what it does not have: newest first, each. */
export function listedOf(sessions: readonly Session[], kept: readonly KeptTurn[]): Listed[] {
  const failed = new Set(kept.filter(({ turn }) => turn.failure).map(({ sessionId }) => sessionId));
  return [
    ...unlisted(sessions, kept).map(listedAs),
    ...sessions.map((session) => ({
      ...session,
      hasFailed: failed.has(session.id),
    })),
  ];
}

/** Those that wait to be listed by the service, or never will. */
export function unlisted(sessions: readonly Session[], kept: readonly KeptTurn[]): KeptTurn[] {
  return kept.filter((each) => !has(sessions, each) && (beginsSession(each) || each.turn.failure));
}

/** Those whose first turn must have been stored, as the service lists them. */
export function stored(sessions: readonly Session[], kept: readonly KeptTurn[]): KeptTurn[] {
  return kept.filter((each) => has(sessions, each) && beginsSession(each) && !each.turn.failure);
}

/** What is known of a session whose first turn has just been stored, until the service lists it; or nothing. */
export function begunSession(sessions: readonly Session[], kept: KeptConversation | undefined): Session[] {
  const { sessionId, turn } = kept ?? {};
  if (sessionId === undefined || turn === undefined || sessions.some(({ id }) => id === sessionId)) return [];
  const { assistant = null, message = '' } = turn;
  const now = new Date().toISOString();
  return [{ id: sessionId, title: titleOf(message), assistant, created: now, updated: now, turns: 1 }];
}

function has(sessions: readonly Session[], { sessionId }: KeptTurn): boolean {
  return sessions.some(({ id }) => id === sessionId);
}

function beginsSession({ sessionId, turn }: KeptTurn): boolean {
  return sessionId === undefined || turn.sessionId !== sessionId;
}

function listedAs({ sessionId, name = '', turn }: KeptTurn): Listed {
  return {
    id: sessionId ?? name,
    isUnsent: sessionId === undefined,
    title: titleOf(turn.message ?? ''),
    assistant: turn.assistant,
    hasFailed: turn.failure !== undefined,
  };
}

/** About as the service will title it. */
function titleOf(message: string): string {
  return message.trim().slice(0, 60);
}
