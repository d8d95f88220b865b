import { MOST_RESULT_BYTES } from '../../conversation/steps/cut-result.ts';
import type { Call } from '../endpoint.ts';
import { refused } from './api-failure.ts';
import { type InputItem, readInputItems, type Said } from './input-items.ts';
import { wellFormed } from './item-checks.ts';
import { type Behind, type Paired, pairItems } from './paired-items.ts';
import { resolveItems } from './resolve-items.ts';

/** What stands in a caller's items that not every assistant takes. */
interface Kinds {
  /** The first item that stands for the system, referred to or not, and the first that the caller has an assistant say. */
  instructing: string | undefined;
  remembering: string | undefined;
}

/** What a caller sends, read: its question, and what it brings before it, oldest first. */
export interface Input extends Kinds, Pick<Paired, 'outputs' | 'approve'> {
  /** Empty where the last that is sent settles something, or is what came of a call. */
  message: string;
  brought: Said[];
}

/**
 * Reads `input`: a string, or items that end with what the user says, or with what came of a call. The items of the user
 * at the end are one message.
 *
 * @param behind where the turn goes on
 * @throws {ApiFailure} 400; 404 for a reference to what is not the caller's, or not there; 413
 */
export async function readInput(call: Call, input: unknown, behind: Behind): Promise<Input> {
  const { said, isAnswered, lastCompaction, ...rest } = await readSaid(call, input, behind);
  if (isAnswered) return { message: '', brought: said, ...rest };
  const start = 1 + said.findLastIndex(({ role }, place) => role !== 'user' || place === lastCompaction);
  const message = said
    .slice(start)
    .map(({ content }) => content)
    .join('\n\n');
  if (start === said.length) {
    throw refused('invalid_value', 'input', "The last item of input must be the user's, or a function's output.");
  }
  if (message.trim() === '') throw refused('invalid_value', 'input', 'What the user says must not be blank.');
  if (rest.approve.length > 0) {
    throw refused('invalid_value', 'input', 'Approvals stand in place of what the user says.');
  }
  return { message, brought: said.slice(0, start), ...rest };
}

/**
 * Reads `input`, whoever it ends with.
 *
 * @returns the place of its last compaction beside what is said, -1 where there is none
 * @throws {ApiFailure} as `readInput`
 */
export async function readSaid(
  call: Call,
  input: unknown,
  behind: Behind,
): Promise<Kinds & Omit<Paired, 'said'> & { said: Said[]; lastCompaction: number }> {
  const items = itemsOf(input);
  const { said, ...paired } = pairItems(items, await resolveItems(call, items), behind);
  const lastCompaction = said.findLastIndex(({ from }) => 'compaction' in from);
  const instructing = said.find(({ role }) => role === 'system')?.from.param;
  const remembering = said.find(({ role, from }) => role === 'assistant' && !('reference' in from))?.from.param;
  const brought = said.map(({ from: _, ...each }) => bounded(call, each));
  return { ...paired, said: await Promise.all(brought), lastCompaction, instructing, remembering };
}

/** What came of a call is no longer than a result. */
export async function bounded({ services }: Call, said: Said): Promise<Said> {
  if (said.call === undefined || Buffer.byteLength(said.content) <= MOST_RESULT_BYTES) return said;
  return { ...said, content: await services.turns.prompts.cut(said.content, Number.POSITIVE_INFINITY) };
}

function itemsOf(input: unknown): InputItem[] {
  if (typeof input === 'string') {
    return [{ param: 'input', said: { role: 'user', content: wellFormed(input, 'input') } }];
  }
  if (!Array.isArray(input)) throw refused('invalid_value', 'input', 'input must be a string, or a list of items.');
  return readInputItems(input, 'input');
}
