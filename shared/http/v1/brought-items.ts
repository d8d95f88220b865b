import { type KeptSession, MOST_BROUGHT, withIds } from '../../conversation/ports/between-turns.ts';
import type { Item } from '../../conversation/ports/stored.ts';
import type { Call } from '../endpoint.ts';
import { type Brought, checkAcceptedBy } from './accepted.ts';
import { type ApiFailure, refused } from './api-failure.ts';
import { bounded } from './input.ts';
import { readInputItems } from './input-items.ts';
import { pairItems } from './paired-items.ts';
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
  const { said } = pairItems(items, await resolveItems(call, items), { sessionId: undefined });
  const isOwn = said.some(({ from }) => !('compaction' in from || 'reference' in from));
  const system = said.find(({ role }) => role === 'system')?.from.param;
  const kinds: Brought[] = [
    ...(isOwn ? [{ kind: 'history' as const, param: 'items' }] : []),
    ...(system === undefined ? [] : [{ kind: 'instructions' as const, param: system }]),
  ];
  // Before its first turn a conversation may come to any of them.
  const { assistant } = session?.summary ?? { assistant: null };
  const [...assistants] = services.assistants.values();
  checkAcceptedBy(call, assistant === null ? assistants : assistants.filter(({ name }) => name === assistant), kinds);
  const brought = await Promise.all(said.map(({ from: _, ...each }) => bounded(call, each)));
  return services.turns.prompts.counted(withIds(brought, services.turns.newId(), session?.length ?? 0));
}

export function tooMany(): ApiFailure {
  const { at_once, items, bytes } = MOST_BROUGHT;
  const detail = `At most ${at_once} items are taken at once, and ${items}, of ${bytes} bytes, between two turns.`;
  return refused('invalid_value', 'items', detail);
}
