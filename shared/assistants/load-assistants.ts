import texts from '#assistants';
import type { Assistant } from '../conversation/assistant.ts';
import { parseAssistant } from './parse-assistant.ts';

/**
 * The assistants of `assistants/*.md`, which the build embeds, by name.
 *
 * @throws {Error} that names the file that is wrong.
 */
export function loadAssistants(): ReadonlyMap<string, Assistant> {
  return new Map(Object.entries(texts).map(([name, text]) => [name, parseAssistant(name, text)]));
}
