import { readFile } from 'node:fs/promises';
import type { HttpResponseInit } from '@azure/functions';
import type { Branding } from '../branding/branding.ts';
import type { Language } from '../conversation/language.ts';
import { acceptedLanguage } from './accepted-language.ts';
import { brandedPage } from './branded-page.ts';
import { Compressed } from './compressed.ts';
import { entityTag, isKnown } from './entity-tag.ts';
import { pageScripts } from './page-assets.ts';
import { pagePolicy } from './page-policy.ts';

interface ChatPage {
  html: Compressed;
  /** Of the page, and of the news that it is still the same. */
  headers: Record<string, string>;
  etag: string;
}

/** By language, made at the first visit in each; the branding is the same for as long as the process lives. */
const pages = new Map<Language, Promise<ChatPage>>();

/**
 * The chat page. A browser keeps it and asks each time whether it is still the same, so that a deployment is seen at
 * the next visit, and any other visit transfers no page.
 */
export async function chatPage(headers: Headers, branding: Branding): Promise<HttpResponseInit> {
  const language = acceptedLanguage(headers.get('Accept-Language'), branding.languages);
  const page = pages.get(language) ?? makePage(branding, language);
  pages.set(language, page);
  const { html, headers: common, etag } = await page;
  if (isKnown(etag, headers.get('If-None-Match'))) return { status: 304, headers: common };
  const { coding, body } = await html.accepted(headers.get('Accept-Encoding'));
  return {
    headers: {
      ...common,
      'Content-Type': 'text/html; charset=utf-8',
      ...(coding && { 'Content-Encoding': coding }),
    },
    body,
  };
}

/** Of the file that the build of `web/` left beside the bundle. */
async function makePage(branding: Branding, language: Language): Promise<ChatPage> {
  const built = await readFile(new URL('./chat.html', import.meta.url), 'utf8');
  const html = brandedPage(built, branding, language);
  const etag = entityTag(html);
  const headers = {
    'Cache-Control': 'no-cache',
    // What the build wrote runs, and nothing that was put into it.
    'Content-Security-Policy': pagePolicy(built, await pageScripts()),
    'Cross-Origin-Opener-Policy': 'same-origin',
    ETag: etag,
    'Referrer-Policy': 'no-referrer',
    Vary: 'Accept-Encoding, Accept-Language',
  };
  return { html: new Compressed(Buffer.from(html)), headers, etag };
}
