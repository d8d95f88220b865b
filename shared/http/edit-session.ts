import { Failure } from '../conversation/failure.ts';
import { MOST_PINNED, type SessionEdit, type SessionStore } from '../conversation/ports/session-store.ts';
import type { ShownSession } from '../conversation/ports/stored.ts';

/**
 * Changes what a session is listed by.
 *
 * @throws {Failure} `session-not-found`, `too-many-pinned`
 */
export async function editSession(
  store: SessionStore,
  owner: string,
  id: string | undefined,
  edit: SessionEdit,
): Promise<ShownSession> {
  const edited = id === undefined ? undefined : await store.edit(owner, id, edit);
  if (edited?.outcome === 'edited') return edited.session;
  if (edited?.outcome !== 'too-many-pinned') throw new Failure('session-not-found', 'There is no such session.');
  throw new Failure('too-many-pinned', `At most ${MOST_PINNED} sessions can be pinned.`);
}
