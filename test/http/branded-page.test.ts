import { expect, test } from 'vitest';
import { brandedPage } from '../../shared/http/branded-page.ts';

const built =
  '<!doctype html>\n<html lang="en"><head><link rel="icon" href="data:," /><title>Parley</title></head><body></body></html>';
const branding = { name: 'Contoso', languages: ['en'], texts: { en: {} } } as const;

test('a page that was built otherwise than is expected is not served without its brand', () => {
  expect(brandedPage(built, branding, 'en')).toContain('<title>Contoso</title>');
  for (const wrong of [built.replace('<title>Parley', '<title>Chat'), built + built]) {
    expect(() => brandedPage(wrong, branding, 'en')).toThrow('The page has not one');
  }
});

test('what a company says is put in as it stands, but that it ends nothing', () => {
  const name = `$& $1 </title></script><!-- & "`;
  const page = brandedPage(built, { ...branding, name, logo: 'data:image/png;base64,AAAA' }, 'ar');
  expect(page).toContain('<html lang="ar" dir="rtl">');
  expect(page).toContain('<link rel="icon" href="data:image/png;base64,AAAA" />');
  expect(page).toContain('<title>$&amp; $1 &lt;/title>&lt;/script>&lt;!-- &amp; "</title>');
  const [, json = ''] = /<script type="application\/json" id="branding">(.*?)<\/script>/s.exec(page) ?? [];
  expect(json).not.toContain('<');
  expect(JSON.parse(json)).toMatchObject({ name });
});
