import type { SessionStore } from '../../conversation/ports/session-store.ts';
import { type ItemPlace, itemId } from './ids.ts';
import { type MessageItem, turnItems } from './items.ts';

/** One of the caller's items. */
export async function findItem(store: SessionStore, owner: string, place: ItemPlace): Promise<MessageItem | undefined> {
  const { sessionId, blockId } = place;
  const turn = await store.readTurn(owner, sessionId, blockId);
  return turn && turnItems(sessionId, turn.user, turn.answer).find(({ id }) => id === itemId(place));
}
