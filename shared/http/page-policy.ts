import { createHash } from 'node:crypto';
import type { PageScript } from './page-script.ts';

/**
 * The page's own script and style run, by their hashes, and nothing else does; it talks to this service alone.
 *
 * @param scripts that it may load from files: it has to name the same hashes
 */
export function pagePolicy(html: string, scripts: readonly PageScript[]): string {
  const beside = scripts.map(({ integrity }) => `'${integrity}'`);
  return [
    "default-src 'none'",
    `script-src ${[hashesOf(html, 'script'), ...beside].join(' ')}`,
    `style-src ${hashesOf(html, 'style')}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Of what stands in all elements of that name; none of them can hold its own closing tag. */
function hashesOf(html: string, name: 'script' | 'style'): string {
  // One after the other, as a script may well name a style.
  const elements = html.matchAll(/<(?<element>script|style)\b[^>]*>(?<content>.*?)<\/\k<element>>/gs);
  return Array.from(elements, ({ groups }) => groups as { element: string; content: string })
    .filter(({ element }) => element === name)
    .map(({ content }) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`)
    .join(' ');
}
