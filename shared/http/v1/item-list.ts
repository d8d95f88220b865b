import type { KeptSession } from '../../conversation/ports/between-turns.ts';
import type { Call } from '../endpoint.ts';
import type { ApiItem } from './api-items.ts';
import { broughtItems } from './asked-items.ts';
import { keptSession } from './conversation.ts';
import { locateItem } from './find-item.ts';
import { readItemId } from './ids.ts';
import { itemsOf } from './items.ts';
import { type ListQuery, type listOf, pageOfList, unknownAfter } from './list.ts';

/**
 * A page of a conversation's items: those of its turns, and behind them what was brought after the last one.
 *
 * @throws {ApiFailure} 404; 400 where `after` is none of them
 */
export async function itemList(call: Call, page: ListQuery): Promise<ReturnType<typeof listOf<ApiItem>>> {
  const { services, caller } = call;
  const session = await keptSession(call);
  const { id } = session.summary;
  const after = page.after === undefined ? undefined : await turnOf(call, session, page.after);
  // A turn has taken it up in between.
  if (after !== undefined && after > session.length) return itemList(call, page);

  const [from, to] = stretch(session.length, page, after);
  const messages = from < to ? await services.store.messages(caller.owner, id, from, to - from) : [];
  const brought = to === session.length ? session.brought.flatMap((item) => broughtItems(id, item)) : [];
  return pageOfList([...itemsOf(id, messages), ...brought], page);
}

/** Which messages have the page: of a turn there are two, and as many items or more. That of `after` may add none. */
function stretch(length: number, { limit, order }: ListQuery, after: number | undefined): [from: number, to: number] {
  const most = 2 * Math.ceil((limit + 1) / 2) + 2;
  if (order === 'asc') return [after ?? 0, Math.min((after ?? 0) + most, length)];
  const to = Math.min((after ?? length) + 2, length);
  return [Math.max(0, to - most), to];
}

/** The first message of the turn that an item is of; of one that is still to be part of a turn, where that will be. */
async function turnOf({ services, caller }: Call, { summary, length }: KeptSession, itemId: string): Promise<number> {
  const place = readItemId(itemId);
  const found = place?.sessionId === summary.id ? await locateItem(services.store, caller.owner, place) : undefined;
  if (found === undefined) throw unknownAfter();
  return 'turn' in found ? Number(/\d+$/.exec(found.turn.user.id)?.[0]) : length;
}
