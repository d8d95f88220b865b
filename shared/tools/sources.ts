import { MOST_SOURCES } from '../conversation/ports/source.ts';
import type { ToolResult } from '../conversation/ports/toolbox.ts';
import { sourceOf } from '../conversation/source-of.ts';

/** Those that a caller can follow: an address of another kind is a place inside the tool, or a trap. */
export function sourcesOf(found: readonly unknown[]): ToolResult['sources'] {
  const sources = found.map(sourceOf).filter((source) => source !== undefined);
  return sources.length === 0 ? undefined : sources.slice(0, MOST_SOURCES);
}
