import type { Item } from '../../conversation/ports/stored.ts';
import type { Call } from '../endpoint.ts';
import { ApiFailure, notFound } from './api-failure.ts';
import { materialOf } from './compaction-item.ts';
import { findItem } from './find-item.ts';
import type { InputItem } from './input-items.ts';

/** What an item says. */
export type Said = Pick<Item, 'role' | 'content'>;

/** How many are looked up at a time. */
const TOGETHER = 16;

/**
 * What items say, references looked up and signatures checked. They hold no more text together than a body may: a short
 * request can refer to a long item a thousand times.
 *
 * @throws {ApiFailure} 400 for a compaction that is not the caller's; 404 for a reference to what is not the caller's, or
 *   not there; 413
 */
export async function resolveItems(call: Call, items: readonly InputItem[]): Promise<Said[]> {
  const { maxBodyBytes } = call.services.settings;
  const said: Said[] = [];
  let bytes = 0;
  for (let at = 0; at < items.length; at += TOGETHER) {
    const next = await Promise.all(items.slice(at, at + TOGETHER).map((item) => resolve(call, item)));
    for (const { content } of next) bytes += Buffer.byteLength(content);
    if (bytes > maxBodyBytes) throw tooLarge(maxBodyBytes, items);
    said.push(...next);
  }
  return said;
}

async function resolve(call: Call, item: InputItem): Promise<Said> {
  if ('role' in item) return { role: item.role, content: item.content };
  if ('compaction' in item) {
    return { role: 'user', content: materialOf(call, item.compaction, `${item.param}.encrypted_content`) };
  }
  const found = await findItem(call.services.store, call.caller.owner, item.reference);
  if (found === undefined) throw notFound('item', `${item.param}.id`);
  return { role: found.role, content: found.content.map(({ text }) => text).join('') };
}

function tooLarge(maxBytes: number, [first]: readonly InputItem[]): ApiFailure {
  const detail = `The items, and those that they refer to, may have at most ${maxBytes} bytes of text.`;
  return new ApiFailure('body-too-large', undefined, detail, first?.param.replace(/\[.*/, ''));
}
