import type { LimitState } from '../../conversation/limits.ts';
import type { KeptSession } from '../../conversation/ports/between-turns.ts';
import { busy, limited } from '../../conversation/refusal.ts';
import type { Call } from '../endpoint.ts';
import { notFound, refused } from './api-failure.ts';
import { broughtItems } from './asked-items.ts';
import { readBrought, tooMany } from './brought-items.ts';
import { keptSession } from './conversation.ts';
import { bringBody, createBody, readConversationBody } from './conversation-body.ts';
import { listOf } from './list.ts';
import { readMetadata } from './metadata.ts';

/**
 * Makes a conversation, with the items that the caller brings to it.
 *
 * @throws {Failure} of the request, or of a limit
 */
export async function makeConversation(call: Call): Promise<{ session: KeptSession; limits: LimitState[] }> {
  const { services, caller } = call;
  const { metadata, items } = await readConversationBody(call, createBody);
  const first = { metadata: readMetadata(metadata), items: await readBrought(call, items ?? []) };
  const created = await services.store.create(caller.owner, services.turns.newId(), first);
  if (created.outcome === 'too-many') throw tooMany();
  if (created.outcome === 'limited') throw limited(created);
  return created;
}

/**
 * Brings items to a conversation, behind its last turn.
 *
 * @throws {Failure} of the request, or of a limit; 409 while a turn is under way
 */
export async function bringItems(call: Call) {
  const { services, caller } = call;
  const { items: list } = await readConversationBody(call, bringBody, 'items');
  if (list.length === 0) throw refused('invalid_value', 'items', 'items must have at least one item.');
  const session = await keptSession(call);
  const items = await readBrought(call, list, session);
  const { id } = session.summary;
  const brought = await services.store.bring(caller.owner, id, items);
  switch (brought.outcome) {
    case 'brought': {
      const data = items.flatMap((item) => broughtItems(id, item));
      return { list: listOf(data, false), limits: brought.limits };
    }
    case 'busy':
      throw busy();
    case 'limited':
      throw limited(brought);
    case 'too-many':
      throw tooMany();
    case 'unknown-session':
      throw notFound('conversation');
  }
}
