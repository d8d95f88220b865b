import type { KeptConversation, Session } from '../../../packages/parley-client/src/index.ts';
import type { KeptTurn } from '../../../packages/parley-client/src/react/index.ts';
import type { Facts } from './ConversationFacts.tsx';
import type { SessionPages } from './session-pages.ts';

/** A conversation as it is listed. */
export interface Listed extends Pick<Session, 'title' | 'updated' | 'forked_from' | 'expires'> {
  /** Of its session; where it has none, its name. */
  id: string;
  /** It has no session: its first message has no answer, and this tab alone knows of it. */
  isUnsent?: boolean;
  isPinned?: boolean;
  /** Its last message has failed. */
  hasFailed?: boolean;
  isTemporary?: boolean;
  /** Where the words of a search were found. */
  snippet?: string;
}

/** What is pinned, then what the service does not have, then what it has: newest first, each. */
export function listedOf(
  { pinned, sessions }: Pick<SessionPages, 'pinned' | 'sessions'>,
  kept: readonly KeptTurn[],
): Listed[] {
  const failed = new Set(kept.filter(({ turn }) => turn.failure).map(({ sessionId }) => sessionId));
  const listed = (session: Session) => ({ ...listedSession(session), hasFailed: failed.has(session.id) });
  return [
    ...pinned.map(listed),
    ...unlisted([...pinned, ...sessions], kept).map(listedTurn),
    ...sessions.filter((session) => !session.pinned).map(listed),
  ];
}

export function listedSession({ pinned: isPinned = false, ...session }: Session): Listed {
  return { ...session, isPinned };
}

/** One that is shown and not in the list, of which this is known; nothing where it has no session. */
export function unlistedSession(
  id: string | undefined,
  session: Session | undefined,
  { title = '', isTemporary = false }: Partial<Facts> = {},
): Listed | undefined {
  if (id === undefined) return undefined;
  return session ? listedSession(session) : { id, title, updated: '', isTemporary };
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
  const { sessionId, turn, temporary } = kept ?? {};
  const isListed = sessions.some(({ id }) => id === sessionId);
  if (sessionId === undefined || turn === undefined || temporary || isListed) return [];
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

function listedTurn({ sessionId, name = '', turn }: KeptTurn): Listed {
  return {
    id: sessionId ?? name,
    isUnsent: sessionId === undefined,
    title: titleOf(turn.message ?? ''),
    updated: new Date().toISOString(),
    hasFailed: turn.failure !== undefined,
  };
}

/** About as the service will title it. */
function titleOf(message: string): string {
  return message.trim().slice(0, 60);
}
