import { type KeptSession, MOST_BROUGHT, withIds } from '../../conversation/ports/between-turns.ts';
import type { Item } from '../../conversation/ports/stored.ts';
import type { Call } from '../endpoint.ts';
import { type Brought, checkAcceptedBy } from './accepted.ts';
import { type ApiFailure, refused } from './api-failure.ts';
import { readInputItems } from './input-items.ts';
import { resolveItems } from './resolve-items.ts';

/**
 * What a caller brings to a conversation: history, whoever it has say something, but for what is kept already.
 *
 * @param session that it is brought to, where there is one
 * @throws {ApiFailure} 400; 404 for a reference to what is not the caller's, or not there; 413
 */
export async function readBrought(call: Call, list: readonly unknown[], session?: KeptSession): Promise<Item[]> {
  if (list.length > MOST_BROUGHT.at_once) throw tooMany();
  const { services } = call;
  const items = readInputItems(list, 'items');
  const said = await resolveItems(call, items);
  const isOwn = items.some((item) => 'role' in item);
  const system = said.findIndex(({ role }) => role === 'system');
  const brought: Brought[] = [
    ...(isOwn ? [{ kind: 'history' as const, param: 'items' }] : []),
    ...(system === -1 ? [] : [{ kind: 'instructions' as const, param: `items[${system}]` }]),
  ];
  // Before its first turn a conversation may come to any of them.
  const { assistant } = session?.summary ?? { assistant: null };
  const [...assistants] = services.assistants.values();
  checkAcceptedBy(call, assistant === null ? assistants : assistants.filter(({ name }) => name === assistant), brought);
  return services.turns.prompts.counted(withIds(said, services.turns.newId(), session?.length ?? 0));
}

export function tooMany(): ApiFailure {
  const { at_once, items, bytes } = MOST_BROUGHT;
  const detail = `At most ${at_once} items are taken at once, and ${items}, of ${bytes} bytes, between two turns.`;
  return refused('invalid_value', 'items', detail);
}
