import type { Assistant } from '../conversation/assistant.ts';
import { inEach, type Language } from '../conversation/language.ts';

/** What callers are told of an assistant; its prompt is not. */
export function offeredAssistant(assistant: Assistant, languages: readonly Language[]): object {
  const { name, title, description, avatar, starters } = assistant;
  return { name, title, description, avatar, starters: starters && inEach(languages, starters) };
}
