import { readFile } from 'node:fs/promises';
import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { Compressed } from './compressed.ts';
import { type PageScript, pageScript } from './page-script.ts';

const FILE = 'formulas.js';

interface PageAsset extends PageScript {
  script: Compressed;
}

let formulas: Promise<PageAsset> | undefined;

/** What the page loads once an answer has a formula: the file that the build of `web/` left beside it. */
export function formulasScript(): Promise<PageAsset> {
  formulas ??= readFile(new URL(`./${FILE}`, import.meta.url)).then((content) => ({
    ...pageScript(FILE, content),
    script: new Compressed(content),
  }));
  return formulas;
}

/** A script of the page's, by the name that it has in this deployment; its content never changes. */
export async function pageAsset({ params, headers }: HttpRequest): Promise<HttpResponseInit> {
  const { name, script } = await formulasScript();
  if (params['name'] !== name) return { status: 404 };
  const { coding, body } = await script.accepted(headers.get('Accept-Encoding'));
  return {
    headers: {
      'Cache-Control': 'public, max-age=31536000, immutable',
      'Content-Type': 'text/javascript; charset=utf-8',
      Vary: 'Accept-Encoding',
      ...(coding && { 'Content-Encoding': coding }),
    },
    body,
  };
}
