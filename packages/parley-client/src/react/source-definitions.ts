import type { Source } from '../client/source.ts';

/** Sources as the definitions in Markdown that marks such as `[1]` refer to. */
export function sourceDefinitions(sources: readonly Source[] = []): string {
  return sources.map(({ url, title }, place) => `[${place + 1}]: <${url}>${titleOf(title)}`).join('\n');
}

function titleOf(title = ''): string {
  const line = title.replaceAll(/\s+/g, ' ').trim();
  return line && ` "${line.replaceAll(/["\\]/g, '\\$&')}"`;
}
