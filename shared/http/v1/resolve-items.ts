import type { SessionStore } from '../../conversation/ports/session-store.ts';
import type { Item } from '../../conversation/ports/stored.ts';
import { ApiFailure, notFound } from './api-failure.ts';
import { findItem } from './find-item.ts';
import type { InputItem } from './input-items.ts';

/** What an item says. */
type Said = Pick<Item, 'role' | 'content'>;

/** How many are looked up at a time. */
const TOGETHER = 16;

/**
 * What items say, references looked up. There is a bound to their text together: a short request can refer to a long item
 * a thousand times.
 *
 * @param most how much text, and the parameter that the items stand in
 * @throws {ApiFailure} 404 for a reference to what is not the caller's, or not there; 413
 */
export async function resolveItems(
  items: readonly InputItem[],
  store: SessionStore,
  owner: string,
  most: { bytes: number; param: string },
): Promise<Said[]> {
  const said: Said[] = [];
  let bytes = 0;
  for (let at = 0; at < items.length; at += TOGETHER) {
    const next = await Promise.all(items.slice(at, at + TOGETHER).map((item) => resolve(item, store, owner)));
    for (const { content } of next) bytes += Buffer.byteLength(content);
    if (bytes > most.bytes) throw tooLarge(most);
    said.push(...next);
  }
  return said;
}

async function resolve(item: InputItem, store: SessionStore, owner: string): Promise<Said> {
  if ('role' in item) return { role: item.role, content: item.content };
  const found = await findItem(store, owner, item.reference);
  if (found === undefined) throw notFound('item', `${item.param}.id`);
  return { role: found.role, content: found.content.map(({ text }) => text).join('') };
}

function tooLarge({ bytes, param }: { bytes: number; param: string }): ApiFailure {
  const detail = `The items, and those that they refer to, may have at most ${bytes} bytes of text.`;
  return new ApiFailure('body-too-large', undefined, detail, param);
}
