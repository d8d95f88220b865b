import { refused } from './api-failure.ts';

/** One page of a list, from `limit` (1 to 100), `after` (the last id of an earlier page) and `order` in the query. */
export interface ListQuery {
  limit: number;
  after: string | undefined;
  order: 'asc' | 'desc';
}

/** @throws {ApiFailure} 400 */
export function listQueryOf(query: URLSearchParams): ListQuery {
  const limit = query.get('limit') ?? '20';
  if (!/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > 100) {
    throw refused('invalid_value', 'limit', 'limit must be a whole number from 1 to 100.');
  }
  const order = query.get('order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') throw refused('invalid_value', 'order', 'order must be asc or desc.');
  return { limit: Number(limit), after: query.get('after')?.toLowerCase(), order };
}

/** A page as the API has it. */
export function listOf<T extends { id: string }>(data: T[], hasMore: boolean) {
  const [first, last] = [data.at(0)?.id ?? null, data.at(-1)?.id ?? null];
  return { object: 'list', data, first_id: first, last_id: last, has_more: hasMore } as const;
}

/**
 * The page of a list that is at hand as a whole, oldest first.
 *
 * @throws {ApiFailure} 400 where `after` names nothing in it
 */
export function pageOfList<T extends { id: string }>(all: T[], { limit, after, order }: ListQuery) {
  const ordered = order === 'asc' ? all : all.toReversed();
  const start = after === undefined ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && start === 0) throw unknownAfter();
  return listOf(ordered.slice(start, start + limit), ordered.length > start + limit);
}

export function unknownAfter() {
  return refused('invalid_value', 'after', 'after must be an id from an earlier page.');
}
