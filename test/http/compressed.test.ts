import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Compressed } from '../../shared/http/compressed.ts';

test('what is served often is compressed once in each coding, however many ask at the same time', async () => {
  const content = Buffer.from('a page '.repeat(10_000));
  const page = new Compressed(content);
  const all = await Promise.all(Array.from({ length: 20 }, (_, n) => page.accepted(n % 2 === 0 ? 'br, gzip' : 'gzip')));
  const later = await page.accepted('gzip');
  const bodies = [...all, later].map(({ coding, body }) => [coding, body] as const);
  expect(new Set(bodies.map(([, body]) => body)).size).toBe(2);
  expect(bodies.map(([coding]) => coding)).toEqual([...all.map((_, n) => (n % 2 === 0 ? 'br' : 'gzip')), 'gzip']);
  expect(gunzipSync(later.body)).toEqual(content);
  expect(await page.accepted(null)).toEqual({ coding: undefined, body: content });
});
