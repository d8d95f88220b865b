import type { KeptSession } from '../../conversation/ports/between-turns.ts';
import { busy } from '../../conversation/refusal.ts';
import type { Call } from '../endpoint.ts';
import { notFound, refused } from './api-failure.ts';
import { keptSession } from './conversation.ts';
import { findItem, storedItemId } from './find-item.ts';
import { namedItem } from './named-item.ts';

/**
 * Takes an item out of a conversation that no turn has taken up; also one that was taken out before.
 *
 * @throws {Failure} 404; 409 while a turn is under way; 400 for a turn's item
 */
export async function takeBackItem(call: Call): Promise<KeptSession> {
  const { store } = call.services;
  const { owner } = call.caller;
  const place = namedItem(call);
  if ((await findItem(store, owner, place)) === undefined) return keptSession(call);
  const taken = await store.takeBack(owner, place.sessionId, storedItemId(place));
  switch (taken.outcome) {
    case 'taken-back':
      return taken.session;
    case 'busy':
      throw busy();
    case 'unknown-session':
      throw notFound('conversation');
    case 'unknown-item':
      throw refused('not_supported', 'item_id', 'A turn has taken the item up: it goes with its conversation.');
  }
}
