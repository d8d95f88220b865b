import type { Source } from '../../client/source.ts';
import { webAddress } from './safe-address.ts';

/** Its title, or else its address as people write it. */
export function nameOf({ title, url }: Source): string {
  return title?.trim() || url.replace(/^https?:\/\/(?:www\.)?/i, '').replace(/\/$/, '');
}

export function hostOf({ url }: Source): string {
  return webAddress(url)?.host.replace(/^www\./, '') ?? '';
}
