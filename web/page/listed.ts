import type { Session } from '../../packages/parley-client/src/index.ts';
import type { KeptTurn } from '../../packages/parley-client/src/react/index.ts';

/** A conversation as it is listed. */
export interface Listed extends Pick<Session, 'title' | 'forked_from' | 'expires'> {
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
      // A session is titled by its first turn.
      title: session.title || 'Untitled',
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

function has(sessions: readonly Session[], { sessionId }: KeptTurn): boolean {
  return sessions.some(({ id }) => id === sessionId);
}

function beginsSession({ sessionId, turn }: KeptTurn): boolean {
  return sessionId === undefined || turn.sessionId !== sessionId;
}

/** As the service will title it. */
function listedAs({ sessionId, name = '', turn }: KeptTurn): Listed {
  return {
    id: sessionId ?? name,
    isUnsent: sessionId === undefined,
    title: turn.message?.trim().slice(0, 60) ?? '',
    assistant: turn.assistant,
    hasFailed: turn.failure !== undefined,
  };
}
