import type { ToolResult } from '../conversation/ports/toolbox.ts';

/** More would bury the answer. */
const MOST = 50;

/** Those that a caller can follow: an address of another kind is a place inside the tool, or a trap. */
export function sourcesOf(found: readonly { url: unknown; title?: unknown }[]): ToolResult['sources'] {
  const sources = found.flatMap(({ url, title }) => {
    if (typeof url !== 'string' || !/^https?:/i.test(url) || !URL.canParse(url)) return [];
    return [typeof title === 'string' && title !== '' ? { url, title } : { url }];
  });
  return sources.length === 0 ? undefined : sources.slice(0, MOST);
}
