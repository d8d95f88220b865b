import type { SessionStore } from '../../conversation/ports/session-store.ts';
import type { Item } from '../../conversation/ports/stored.ts';
import { refused } from './api-failure.ts';
import { type InputItem, readInputItems, wellFormed } from './input-items.ts';
import { resolveItems } from './resolve-items.ts';

/** What a caller sends, read: its question, and what it brings before it, oldest first. */
export interface Input {
  message: string;
  brought: Pick<Item, 'role' | 'content'>[];
  /** The first item that stands for the system, referred to or not, and the first that the caller has an assistant say. */
  instructing: string | undefined;
  remembering: string | undefined;
}

/**
 * Reads `input`: a string, or items that end with what the user says. The items of the user at the end are one message.
 *
 * @param maxBytes of the text of all items, references looked up
 * @throws {ApiFailure} 400; 404 for a reference to what is not the caller's, or not there; 413
 */
export async function readInput(input: unknown, store: SessionStore, owner: string, maxBytes: number): Promise<Input> {
  const items = itemsOf(input);
  const said = await resolveItems(items, store, owner, maxBytes);
  const start = said.findLastIndex(({ role }) => role !== 'user') + 1;
  const message = said
    .slice(start)
    .map(({ content }) => content)
    .join('\n\n');
  if (start === said.length) throw refused('invalid_value', 'input', "The last item of input must be the user's.");
  if (message.trim() === '') throw refused('invalid_value', 'input', 'What the user says must not be blank.');
  const instructing = items[said.findIndex(({ role }) => role === 'system')]?.param;
  const remembering = items.find((item) => 'role' in item && item.role === 'assistant')?.param;
  return { message, brought: said.slice(0, start), instructing, remembering };
}

function itemsOf(input: unknown): InputItem[] {
  if (typeof input === 'string') return [{ param: 'input', role: 'user', content: wellFormed(input, 'input') }];
  if (!Array.isArray(input)) throw refused('invalid_value', 'input', 'input must be a string, or a list of items.');
  return readInputItems(input, 'input');
}
