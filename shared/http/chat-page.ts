import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { HttpResponseInit } from '@azure/functions';
import { pagePolicy } from './page-policy.ts';

/** As the build has left the page beside the bundle, by `Content-Encoding`; what is smaller comes first. */
const files = { br: 'chat.html.br', gzip: 'chat.html.gz', identity: 'chat.html' };

type Coding = keyof typeof files;

interface ChatPage {
  bodies: ReadonlyMap<Coding, Buffer>;
  /** Of the page, and of the news that it is still the same. */
  headers: Record<string, string>;
  etag: string;
}

let page: Promise<ChatPage> | undefined;

/**
 * The chat page. A browser keeps it and asks each time whether it is still the same, so that a deployment is seen at
 * the next visit, and any other visit transfers no page.
 */
export async function chatPage(headers: Headers): Promise<HttpResponseInit> {
  page ??= readPage();
  const { bodies, headers: common, etag } = await page;
  if (isKnown(etag, headers.get('If-None-Match'))) return { status: 304, headers: common };
  const accepted = headers.get('Accept-Encoding') ?? '';
  const coding = [...bodies.keys()].find((each) => takes(accepted, each)) ?? 'identity';
  return {
    headers: {
      ...common,
      'Content-Type': 'text/html; charset=utf-8',
      ...(coding === 'identity' ? {} : { 'Content-Encoding': coding }),
    },
    body: bodies.get(coding) as Buffer,
  };
}

/** Read at the first visit. */
async function readPage(): Promise<ChatPage> {
  const read = async ([coding, file]: [string, string]) =>
    [coding as Coding, await readFile(new URL(`./${file}`, import.meta.url))] as const;
  const bodies = new Map(await Promise.all(Object.entries(files).map(read)));
  const html = bodies.get('identity') as Buffer;
  // A weak one, as it is the same for every coding of the page.
  const etag = `W/"${createHash('sha256').update(html).digest('base64url')}"`;
  const headers = {
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': pagePolicy(html.toString()),
    'Cross-Origin-Opener-Policy': 'same-origin',
    ETag: etag,
    'Referrer-Policy': 'no-referrer',
    Vary: 'Accept-Encoding',
  };
  return { bodies, headers, etag };
}

/** Whether a client has that already: by weak comparison, for which only what is quoted counts (RFC 9110, 8.8.3.2). */
function isKnown(etag: string, ifNoneMatch: string | null): boolean {
  if (ifNoneMatch?.trim() === '*') return true;
  return ifNoneMatch?.match(/"[^"]*"/g)?.some((quoted) => etag.endsWith(quoted)) ?? false;
}

/** Whether a client takes a coding, by its `Accept-Encoding` (RFC 9110, 12.5.3). */
function takes(accepted: string, coding: Coding): boolean {
  return accepted.split(',').some((each) => {
    const [name = '', weight = ''] = each.split(';').map((part) => part.trim().toLowerCase());
    return name === coding && !/^q=0(\.0*)?$/.test(weight);
  });
}
