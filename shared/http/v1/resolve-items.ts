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
 * What items say, references looked up. They hold no more text together than a body may: a short request can refer to a
 * long item a thousand times.
 *
 * @throws {ApiFailure} 404 for a reference to what is not the caller's, or not there; 413
 */
export async function resolveItems(
  items: readonly InputItem[],
  store: SessionStore,
  owner: string,
  maxBytes: number,
): Promise<Said[]> {
  const said: Said[] = [];
  let bytes = 0;
  for (let at = 0; at < items.length; at += TOGETHER) {
    const next = await Promise.all(items.slice(at, at + TOGETHER).map((item) => resolve(item, store, owner)));
    for (const { content } of next) bytes += Buffer.byteLength(content);
    if (bytes > maxBytes) throw tooLarge(maxBytes, items);
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

function tooLarge(maxBytes: number, [first]: readonly InputItem[]): ApiFailure {
  const detail = `The items, and those that they refer to, may have at most ${maxBytes} bytes of text.`;
  return new ApiFailure('body-too-large', undefined, detail, first?.param.replace(/\[.*/, ''));
}
