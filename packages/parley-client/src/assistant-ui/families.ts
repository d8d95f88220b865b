import type { Session } from '../client/contract.ts';

/**
 * Sessions that come of one another by forks, newest first, by the id of the first of them: of what all were forked
 * from, also where that is gone.
 *
 * @param sessions newest first
 */
export function familiesOf(sessions: readonly Session[]): ReadonlyMap<string, readonly Session[]> {
  const byId = new Map(sessions.map((session) => [session.id, session]));
  const families = new Map<string, Session[]>();
  for (const session of sessions) {
    const root = rootOf(session, byId);
    const family = families.get(root);
    if (family === undefined) families.set(root, [session]);
    else family.push(session);
  }
  return families;
}

function rootOf(session: Session, byId: ReadonlyMap<string, Session>): string {
  let root = session;
  for (;;) {
    const source = root.forked_from?.session_id;
    const found = source === undefined ? undefined : byId.get(source);
    if (found === undefined) return source ?? root.id;
    root = found;
  }
}
