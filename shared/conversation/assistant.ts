import type { ByLanguage } from './language.ts';

/** What becomes of the oldest turns when a conversation nears its budget. */
export type ContextOverflow = 'summarize' | 'drop';

/** A specialised assistant, as written in `assistants/<name>.md`. */
export interface Assistant {
  /** The file's name without `.md`: lower-case letters, digits and hyphens. */
  name: string;
  title: string;
  description: string;
  /** An emoji, one or two letters, or a picture's data URL for the `src` of an `<img>`. */
  avatar?: string;
  /** What its users may begin with, in every language. */
  starters?: ByLanguage<readonly string[]>;
  /** The system prompt: the file's body, trimmed, byte-stable between calls so that prompt caches hit. */
  systemPrompt: string;
  /** Overrides `MAX_OUTPUT_TOKENS` for this assistant. */
  maxOutputTokens?: number;
  /** Overrides `CONTEXT_OVERFLOW` for this assistant. */
  contextOverflow?: ContextOverflow;
  /** Overrides the default temperature, 0.7. */
  temperature?: number;
  /** What it may call: `clock` of a file in `tools/`, `orders/search` or all that there are, `orders/*`, of a server. */
  tools?: readonly string[];
  /** What its callers may bring through OpenAI's API. Where it does not say, the way in which they are known decides. */
  accepts?: readonly ('instructions' | 'history' | 'tools')[];
}
