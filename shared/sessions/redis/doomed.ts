import type { sessionKeys } from './session-keys.ts';

/** What a list that is being erased names: a session, or an idempotency record. */
export interface Doomed {
  name: string;
  session: string | null;
  keys: string[];
}

/** @param member of the index (a session id) or of what was begun (`lease:<session id>`, `key:<idempotency key>`) */
export function doomedOf(member: string, keys: ReturnType<typeof sessionKeys>): Doomed {
  const [, kind, id] = /^(lease|key):(.*)$/.exec(member) ?? [];
  if (kind === 'key' && id !== undefined) return { name: member, session: null, keys: [keys.record(id)] };
  const session = id ?? member;
  return { name: member, session, keys: keys.allOf(session) };
}
