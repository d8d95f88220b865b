import { Failure } from '../conversation/failure.ts';
import { MOST_PINNED, type SessionEdit, type SessionStore } from '../conversation/ports/session-store.ts';
import type { ShownSession } from '../conversation/ports/stored.ts';
import { invalid } from './requests.ts';

/**
 * Changes what a session is listed by.
 *
 * @throws {Failure} `session-not-found`, `too-many-pinned`, `invalid-request`
 */
export async function editSession(
  store: SessionStore,
  owner: string,
  id: string | undefined,
  edit: SessionEdit,
): Promise<ShownSession> {
  const edited = id === undefined ? undefined : await store.edit(owner, id, edit);
  if (edited?.outcome === 'edited') return edited.session;
  if (edited?.outcome === 'too-many-pinned') {
    throw new Failure('too-many-pinned', `At most ${MOST_PINNED} sessions can be pinned.`);
  }
  if (edited?.outcome === 'temporary')
    throw invalid([{ field: 'pinned', detail: 'must not be of a temporary session' }]);
  throw new Failure('session-not-found', 'There is no such session.');
}
