import { readFile } from 'node:fs/promises';
import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { Compressed } from './compressed.ts';
import { type PageScript, pageFiles, pageScript } from './page-script.ts';

interface PageAsset extends PageScript {
  script: Compressed;
}

let assets: Promise<PageAsset[]> | undefined;

/** The scripts that the page may load: the files that the build of `web/` left beside it. */
export function pageScripts(): Promise<PageAsset[]> {
  assets ??= Promise.all(
    pageFiles.map(async (file) => {
      const content = await readFile(new URL(`./${file}`, import.meta.url));
      return { ...pageScript(file, content), script: new Compressed(content) };
    }),
  );
  return assets;
}

/** A script of the page's, by the name that it has in this deployment; its content never changes. */
export async function pageAsset({ params, headers }: HttpRequest): Promise<HttpResponseInit> {
  const asset = (await pageScripts()).find(({ name }) => name === params['name']);
  if (asset === undefined) return { status: 404 };
  const { coding, body } = await asset.script.accepted(headers.get('Accept-Encoding'));
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
