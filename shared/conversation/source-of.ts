import type { Source } from './ports/source.ts';

const LONGEST_URL = 2048;
const LONGEST_TITLE = 300;

/** Of what a model's provider, or a tool, names as one; none where a caller could not follow it. */
export function sourceOf(given: unknown): Source | undefined {
  const { url, title } = (given ?? {}) as { url?: unknown; title?: unknown };
  const address = typeof url === 'string' && url.length <= LONGEST_URL ? addressOf(url) : undefined;
  if (address === undefined) return undefined;
  const named = typeof title === 'string' ? titleOf(title) : '';
  return { url: address, ...(named !== '' && { title: named }) };
}

/** On the web, and written so that it stands in Markdown and HTML as it is. */
function addressOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  return /^https?:$/.test(protocol) && href.length <= LONGEST_URL ? href : undefined;
}

function titleOf(title: string): string {
  // Whole characters of what can be long.
  const start = title
    .slice(0, 2 * LONGEST_TITLE)
    .toWellFormed()
    .replaceAll(/\s+/g, ' ')
    .trim();
  return start.length <= LONGEST_TITLE ? start : start.slice(0, LONGEST_TITLE).toWellFormed();
}
