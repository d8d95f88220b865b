import { refused } from './api-failure.ts';

/**
 * The `sequence_number` of the last event that a client has, from `starting_after` in the query.
 *
 * @throws {ApiFailure} 400
 */
export function startingAfterOf(query: URLSearchParams): number | undefined {
  const after = query.get('starting_after');
  if (after === null) return undefined;
  if (/^\d{1,9}$/.test(after)) return Number(after);
  throw refused('invalid_value', 'starting_after', 'starting_after must be the number of an event.');
}
