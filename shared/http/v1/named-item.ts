import type { Call } from '../endpoint.ts';
import { notFound } from './api-failure.ts';
import { namedSession } from './conversation.ts';
import { type ItemPlace, readItemId } from './ids.ts';

/**
 * The item that the path names, where it can be one of that conversation.
 *
 * @throws {ApiFailure} 404
 */
export function namedItem(call: Call): ItemPlace {
  const sessionId = namedSession(call);
  const place = readItemId(call.request.params['item_id']);
  if (place?.sessionId !== sessionId) throw notFound('item');
  return place;
}
