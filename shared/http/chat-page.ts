import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { HttpResponseInit } from '@azure/functions';

interface ChatPage {
  html: Buffer;
  gzipped: Buffer;
  policy: string;
}

let page: Promise<ChatPage> | undefined;

/** The one file that the build of `web/` left beside the bundle, read at its first use. */
export async function chatPage(headers: Headers): Promise<HttpResponseInit> {
  page ??= readPage();
  const { html, gzipped, policy } = await page;
  const takesGzip = /\bgzip\b/.test(headers.get('Accept-Encoding') ?? '');
  return {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy,
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
      Vary: 'Accept-Encoding',
      ...(takesGzip ? { 'Content-Encoding': 'gzip' } : {}),
    },
    body: takesGzip ? gzipped : html,
  };
}

async function readPage(): Promise<ChatPage> {
  const html = await readFile(new URL('./chat.html', import.meta.url));
  return { html, gzipped: await promisify(gzip)(html, { level: 9 }), policy: policyOf(html.toString()) };
}

/** The page's own script and style run, by their hashes, and nothing else does; it talks to this service alone. */
function policyOf(html: string): string {
  return [
    "default-src 'none'",
    `script-src ${hashesOf(html, 'script')}`,
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
