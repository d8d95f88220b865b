import type { Item } from '../../conversation/ports/stored.ts';
import { notFound, refused } from './api-failure.ts';
import { approvalOf, functionCallOf, mcpCallOf, mcpNameOf, outputOf } from './call-items.ts';
import { type ItemPlace, readItemId } from './ids.ts';
import { checkKnown, shortened, textOf, unknownParameter } from './item-checks.ts';

/** What an item says. */
export type Said = Pick<Item, 'role' | 'content' | 'call'>;

/** Something that a caller brings, and the parameter that it stands in. */
export type InputItem = { param: string } & InputContent;

export type InputContent =
  | { said: Said }
  /** A function that was called, and, as an item of its own, what came of it. */
  | { called: NonNullable<Item['call']> }
  | { output: { call_id: string; output: string } }
  /** A call that waited for an approval. */
  | { request: NonNullable<Item['call']> }
  /** What becomes of a call that waits for that. */
  | { approval: { id: string; approve: boolean } }
  /** One of the caller's own that is kept already. */
  | { reference: ItemPlace }
  /** A summary that it was given to keep, as it sends it. */
  | { compaction: string };

/**
 * The items of a list.
 *
 * @param param the list's name
 * @throws {ApiFailure} 400, or 404 for a reference to what can be none of ours
 */
export function readInputItems(list: readonly unknown[], param: string): InputItem[] {
  return list.map((value, place) => {
    const at = `${param}[${place}]`;
    return { param: at, ...readItem(value, at) };
  });
}

function readItem(value: unknown, param: string): InputContent {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refused('invalid_value', param, 'An item must be an object.');
  }
  const item = value as Record<string, unknown>;
  if (isReference(item)) return { reference: referenceOf(item, param) };
  switch (item['type'] ?? 'message') {
    case 'message':
      return { said: messageOf(item, param) };
    case 'compaction':
      return { compaction: compactionOf(item, param) };
    case 'function_call':
      return { called: functionCallOf(item, param) };
    case 'function_call_output':
      return { output: outputOf(item, param) };
    case 'mcp_call':
      return { said: { role: 'assistant', ...mcpCallOf(item, param) } };
    case 'mcp_approval_request':
      return { request: mcpNameOf(item, param) };
    case 'mcp_approval_response':
      return { approval: approvalOf(item, param) };
    default:
      throw refused(
        'unsupported_content',
        `${param}.type`,
        'Only messages, calls, compactions, and references are taken.',
      );
  }
}

function messageOf({ role: given, content, ...rest }: Record<string, unknown>, param: string): Said {
  checkKnown(rest, param);
  // A developer's word and the system's are the same to models of other providers.
  const role = given === 'developer' ? 'system' : given;
  if (role !== 'user' && role !== 'assistant' && role !== 'system') {
    throw refused('invalid_value', `${param}.role`, 'role must be user, assistant, system or developer.');
  }
  return { role, content: textOf(content, role, `${param}.content`) };
}

/** Its type may be left out, where nothing but an id is there. */
function isReference({ type = null, id, ...rest }: Record<string, unknown>): boolean {
  return type === 'item_reference' || (type === null && id !== undefined && Object.keys(rest).length === 0);
}

function referenceOf({ id, type: _, ...rest }: Record<string, unknown>, param: string): ItemPlace {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw unknownParameter(`${param}.${shortened(unknown)}`);
  const place = typeof id === 'string' ? readItemId(id) : undefined;
  if (place === undefined) throw notFound('item', `${param}.id`);
  return place;
}

function compactionOf(item: Record<string, unknown>, param: string): string {
  const { encrypted_content: signed, created_by: _, ...rest } = item;
  checkKnown(rest, param);
  if (typeof signed === 'string') return signed;
  throw refused('invalid_value', `${param}.encrypted_content`, 'encrypted_content must be a string.');
}
