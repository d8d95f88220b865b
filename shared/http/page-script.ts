import { createHash } from 'node:crypto';

/** What the build of `web/` leaves beside the page, for the page to load when an answer has a formula, or code. */
export const pageFiles = ['formulas.js', 'colours.js'] as const;

export type PageFile = (typeof pageFiles)[number];

/** What a page says of a script beside it, to get that script and no other. */
export interface PageScript {
  /** Tells its content, so that it may be kept for good. */
  name: string;
  /** Of its content, as in the `integrity` of an element and in a policy. */
  integrity: string;
}

export function pageScript(file: PageFile, content: Buffer): PageScript {
  const hash = createHash('sha256').update(content).digest();
  const [name = ''] = file.split('.');
  return { name: `${name}-${hash.toString('hex').slice(0, 16)}.js`, integrity: `sha256-${hash.toString('base64')}` };
}
