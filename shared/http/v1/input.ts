import type { Call } from '../endpoint.ts';
import { refused } from './api-failure.ts';
import { type InputItem, readInputItems, wellFormed } from './input-items.ts';
import { resolveItems, type Said } from './resolve-items.ts';

/** What stands in a caller's items that not every assistant takes. */
interface Kinds {
  /** The first item that stands for the system, referred to or not, and the first that the caller has an assistant say. */
  instructing: string | undefined;
  remembering: string | undefined;
}

/** What a caller sends, read: its question, and what it brings before it, oldest first. */
export interface Input extends Kinds {
  message: string;
  brought: Said[];
}

/**
 * Reads `input`: a string, or items that end with what the user says. The items of the user at the end are one message.
 *
 * @throws {ApiFailure} 400; 404 for a reference to what is not the caller's, or not there; 413
 */
export async function readInput(call: Call, input: unknown): Promise<Input> {
  const { said, lastCompaction, ...kinds } = await readSaid(call, input);
  const start = 1 + said.findLastIndex(({ role }, place) => role !== 'user' || place === lastCompaction);
  const message = said
    .slice(start)
    .map(({ content }) => content)
    .join('\n\n');
  if (start === said.length) throw refused('invalid_value', 'input', "The last item of input must be the user's.");
  if (message.trim() === '') throw refused('invalid_value', 'input', 'What the user says must not be blank.');
  return { message, brought: said.slice(0, start), ...kinds };
}

/**
 * Reads `input`, whoever it ends with.
 *
 * @returns the place of its last compaction beside what is said, -1 where there is none
 * @throws {ApiFailure} as `readInput`
 */
export async function readSaid(call: Call, input: unknown): Promise<Kinds & { said: Said[]; lastCompaction: number }> {
  const items = itemsOf(input);
  const said = await resolveItems(call, items);
  const lastCompaction = items.findLastIndex((item) => 'compaction' in item);
  const instructing = items[said.findIndex(({ role }) => role === 'system')]?.param;
  const remembering = items.find((item) => 'role' in item && item.role === 'assistant')?.param;
  return { said, lastCompaction, instructing, remembering };
}

function itemsOf(input: unknown): InputItem[] {
  if (typeof input === 'string') return [{ param: 'input', role: 'user', content: wellFormed(input, 'input') }];
  if (!Array.isArray(input)) throw refused('invalid_value', 'input', 'input must be a string, or a list of items.');
  return readInputItems(input, 'input');
}
