import { createHash } from 'node:crypto';

/** What a page says of a script beside it, to get that script and no other. */
export interface PageScript {
  /** Tells its content, so that it may be kept for good. */
  name: string;
  /** Of its content, as in the `integrity` of an element and in a policy. */
  integrity: string;
}

/** @param file `name.js`, as the build calls it */
export function pageScript(file: string, content: Buffer): PageScript {
  const hash = createHash('sha256').update(content).digest();
  const [name = ''] = file.split('.');
  return { name: `${name}-${hash.toString('hex').slice(0, 16)}.js`, integrity: `sha256-${hash.toString('base64')}` };
}
