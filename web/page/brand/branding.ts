import type { Branding } from '../../../packages/parley-client/src/index.ts';

/** What the service has put into the page's HTML. */
export const branding: Branding = JSON.parse(document.getElementById('branding')?.textContent ?? '');
