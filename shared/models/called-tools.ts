import { randomUUID } from 'node:crypto';
import type { ToolCall } from '../conversation/ports/model.ts';

/** One piece of a call in a chunk of chat completions; every part may be missing in some piece of some server. */
interface CallPiece {
  index?: unknown;
  id?: unknown;
  function?: { name?: unknown; arguments?: unknown } | null;
}

/** The calls of one answer of chat completions, which come in pieces, as servers cut them. */
export class CalledTools {
  readonly #calls: ToolCall[] = [];
  /** By the index that the server gives a call. */
  readonly #byIndex = new Map<unknown, ToolCall>();

  /** @returns how many characters of a call came with it */
  hear(pieces: unknown): number {
    if (!Array.isArray(pieces)) return 0;
    let heard = 0;
    for (const piece of pieces as (CallPiece | null)[]) {
      if (piece === null || typeof piece !== 'object') continue;
      const call = this.#callOf(piece);
      const name = textOf(piece.function?.name);
      const written = textOf(piece.function?.arguments);
      // Sent once, or with every piece.
      call.name ||= name;
      call.arguments += written;
      heard += name.length + written.length;
    }
    return heard;
  }

  /** In the order in which they began; without a name there is nothing to call. */
  get all(): ToolCall[] {
    return this.#calls.filter(({ name }) => name !== '');
  }

  /** Without an index each piece with an id is a call of its own, and one without goes on with the latest. */
  #callOf({ index, id }: CallPiece): ToolCall {
    const known = index === undefined ? (id === undefined ? this.#calls.at(-1) : undefined) : this.#byIndex.get(index);
    if (known !== undefined) return known;
    const call = { id: typeof id === 'string' && id !== '' ? id : `call_${randomUUID()}`, name: '', arguments: '' };
    this.#calls.push(call);
    if (index !== undefined) this.#byIndex.set(index, call);
    return call;
  }
}

/** Some servers send arguments as an object. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value !== null && typeof value === 'object' ? JSON.stringify(value) : '';
}
