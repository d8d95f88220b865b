import type { Item } from '../../conversation/ports/stored.ts';
import { notFound, refused } from './api-failure.ts';
import { type ItemPlace, readItemId } from './ids.ts';

/** Something that a caller brings, and the parameter that it stands in. */
export type InputItem = { param: string } & (
  | { role: Item['role']; content: string }
  /** One of the caller's own that is kept already. */
  | { reference: ItemPlace }
  /** A summary that it was given to keep, as it sends it. */
  | { compaction: string }
);

/** What may stand beside what an item says, and is without effect. */
const IGNORED = new Set(['id', 'status', 'phase', 'type']);

/** The parts of each role's content that are text. */
const TEXTS = { user: ['input_text'], system: ['input_text'], assistant: ['output_text', 'input_text'] };

/**
 * The items of a list.
 *
 * @param param the list's name
 * @throws {ApiFailure} 400, or 404 for a reference to what can be none of ours
 */
export function readInputItems(list: readonly unknown[], param: string): InputItem[] {
  return list.map((value, place) => readItem(value, `${param}[${place}]`));
}

function readItem(value: unknown, param: string): InputItem {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refused('invalid_value', param, 'An item must be an object.');
  }
  const item = value as Record<string, unknown>;
  if (isReference(item)) return { param, reference: referenceOf(item, param) };
  if (item['type'] === 'compaction') return { param, compaction: compactionOf(item, param) };
  if ((item['type'] ?? 'message') !== 'message') {
    throw refused('unsupported_content', `${param}.type`, 'Only messages, compactions, and references are taken.');
  }
  const { role: given, content, ...rest } = item;
  checkKnown(rest, param);
  // A developer's word and the system's are the same to models of other providers.
  const role = given === 'developer' ? 'system' : given;
  if (role !== 'user' && role !== 'assistant' && role !== 'system') {
    throw refused('invalid_value', `${param}.role`, 'role must be user, assistant, system or developer.');
  }
  return { param, role, content: textOf(content, role, `${param}.content`) };
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

function checkKnown(rest: Record<string, unknown>, param: string): void {
  const unknown = Object.keys(rest).find((key) => !IGNORED.has(key));
  if (unknown !== undefined) throw unknownParameter(`${param}.${shortened(unknown)}`);
}

/** Text, or its parts: what was asked in parts is read as paragraphs, what was answered as it was said. */
function textOf(content: unknown, role: Item['role'], param: string): string {
  if (typeof content === 'string') return wellFormed(content, param);
  if (!Array.isArray(content)) throw refused('invalid_value', param, 'content must be a string, or a list of parts.');
  const parts = content.map((part: unknown, place) => partOf(part, role, `${param}[${place}]`));
  return parts.join(role === 'assistant' ? '' : '\n\n');
}

function partOf(part: unknown, role: Item['role'], param: string): string {
  const { type, text } = Object(part) as { type?: unknown; text?: unknown };
  if (typeof type !== 'string') throw refused('invalid_value', param, 'A part must be an object with a type.');
  if (!TEXTS[role].includes(type)) {
    throw refused('unsupported_content', `${param}.type`, `Of ${role} items only text is taken.`);
  }
  if (typeof text !== 'string') throw refused('invalid_value', `${param}.text`, 'text must be a string.');
  return wellFormed(text, `${param}.text`);
}

/** @throws {ApiFailure} 400 where text is not well-formed Unicode */
export function wellFormed(text: string, param: string): string {
  if (text.isWellFormed()) return text;
  throw refused('invalid_value', param, 'Text must be well-formed Unicode.');
}

export function unknownParameter(param: string) {
  return refused('unknown_parameter', param, `Unknown parameter: ${param}.`);
}

/** Names are the caller's text. */
export function shortened(name: string): string {
  return name.slice(0, 60).toWellFormed();
}
