import type { FoundItem } from '../../conversation/ports/between-turns.ts';
import type { SessionStore } from '../../conversation/ports/session-store.ts';
import type { ApiItem } from './api-items.ts';
import { broughtItems } from './asked-items.ts';
import { type ItemPlace, itemId } from './ids.ts';
import { turnItems } from './items.ts';

/** One of the caller's items, where it is a turn's or was brought to a conversation. */
export async function findItem(store: SessionStore, owner: string, place: ItemPlace): Promise<ApiItem | undefined> {
  const found = await locateItem(store, owner, place);
  if (found === undefined) return undefined;
  const { sessionId } = place;
  const items =
    'turn' in found
      ? turnItems(sessionId, found.turn.user, found.turn.answer)
      : found.brought.flatMap((item) => broughtItems(sessionId, item));
  return items.find(({ id }) => id === itemId(place));
}

/** Where an item is that has this block. */
export function locateItem(store: SessionStore, owner: string, place: ItemPlace): Promise<FoundItem | undefined> {
  return store.findItem(owner, place.sessionId, storedItemId(place));
}

/** The id of an item that was brought, as it is stored. */
export function storedItemId({ blockId, place }: ItemPlace): string {
  return `${blockId}-${place}`;
}
