import assistants from '#assistants';
import type { Assistant } from '../conversation/assistant.ts';

/** The assistants of `assistants/*.md`, which the build has read, by name. */
export function loadAssistants(): ReadonlyMap<string, Assistant> {
  return new Map(assistants.map((assistant) => [assistant.name, assistant]));
}
