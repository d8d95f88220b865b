import type { UIMessageChunk } from 'ai';

/** A turn's text as parts of a message: one ends before each call, and the next begins behind it. */
export class TextParts {
  /** In characters: what the reader was told, and where the events are. */
  #told = 0;
  #heard = 0;
  #parts = 0;
  #isOpen = false;

  /** The turn is told again from its beginning. */
  restart(): void {
    this.#heard = 0;
  }

  /** Another turn begins. */
  forget(): void {
    this.#told = 0;
  }

  /** What the reader was not told yet. */
  newsOf(token: string): string {
    const news = token.slice(Math.max(this.#told - this.#heard, 0));
    this.#heard += token.length;
    this.#told = Math.max(this.#told, this.#heard);
    return news;
  }

  *say(news: string): Generator<UIMessageChunk> {
    if (!this.#isOpen) this.#parts += 1;
    const id = `text-${this.#parts}`;
    if (!this.#isOpen) yield { type: 'text-start', id };
    this.#isOpen = true;
    yield { type: 'text-delta', id, delta: news };
  }

  *end(): Generator<UIMessageChunk> {
    if (this.#isOpen) yield { type: 'text-end', id: `text-${this.#parts}` };
    this.#isOpen = false;
  }
}
