import { MOST_SOURCES, type Source } from '../conversation/ports/source.ts';
import type { SaidSources } from './read-sources.ts';

/** The sources of one answer, as its events tell them. */
export class HeardSources {
  #listed: Source[] = [];
  readonly #annotated = new Map<string, Source>();

  hear({ listed, annotated = [] }: SaidSources): void {
    if (listed !== undefined) this.#listed = listed;
    for (const source of annotated) {
      if (this.#annotated.size === MOST_SOURCES) return;
      if (!this.#annotated.has(source.url)) this.#annotated.set(source.url, source);
    }
  }

  /** Where the text cites by numbers, these are kept, also of one that is listed twice; otherwise each is there once. */
  get all(): Source[] {
    return this.#listed.length > 0 ? this.#listed : [...this.#annotated.values()];
  }
}
