import { expect, test } from 'vitest';
import { pictureUrl } from '../../shared/platform/picture-url.ts';

const XMLNS = 'xmlns="http://www.w3.org/2000/svg"';
const SVG = `<svg ${XMLNS} viewBox="0 0 1 1"><path fill="#0f6cbd" d="M0 0h1v1z"/></svg>`;
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const WEBP = Buffer.from('UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==', 'base64');
const urlOf = (type: string, bytes: Buffer | string) => `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
const svgUrl = urlOf('image/svg+xml', SVG);

test.each([
  ['an SVG', SVG, svgUrl],
  ['an SVG in base64', svgUrl, svgUrl],
  ['an SVG in base64 over several lines', svgUrl.replaceAll(/.{76}/g, '$&\n'), svgUrl],
  ['an SVG in base64 that says its encoding', svgUrl.replace(';', ';charset=utf-8;'), svgUrl],
  ['an SVG with percent signs', `data:image/svg+xml,${encodeURIComponent(SVG)}`, svgUrl],
  ['an SVG as it is often written', `data:image/svg+xml;utf8,${SVG.replace('#', '%23')}`, svgUrl],
  ['a PNG', urlOf('image/png', PNG), urlOf('image/png', PNG)],
  ['a PNG in capitals', urlOf('IMAGE/PNG', PNG), urlOf('image/png', PNG)],
  ['a WebP', urlOf('image/webp', WEBP), urlOf('image/webp', WEBP)],
])('%s is told as its data URL in base64', (_, source, url) => {
  expect(pictureUrl(source, 1000)).toBe(url);
});

test.each([
  ['without a name space', '<svg viewBox="0 0 1 1"></svg>', `<svg ${XMLNS} viewBox="0 0 1 1"></svg>`],
  ['with one that is inside', `<svg><g ${XMLNS}/></svg>`, `<svg ${XMLNS}><g ${XMLNS}/></svg>`],
  ['with what stands before it', `<?xml version="1.0"?>\n<!-- a -->\n<!DOCTYPE svg>\n${SVG}\n`, undefined],
])('an SVG %s is a document that a browser shows', (_, source, document = source) => {
  expect(pictureUrl(source, 1000)).toBe(urlOf('image/svg+xml', document));
});

test.each([
  ['nothing', ''],
  ['text', 'logo.svg'],
  ['a URL', 'https://contoso.com/logo.svg'],
  ['HTML', '<p>x</p>'],
  ['HTML with an SVG in it', `<p></p>${SVG}`],
  ['HTML behind an SVG', `${SVG}<script>alert(1)</script>`],
  ['an SVG that is not ended', '<svg>'],
  ['an SVG that declares entities', `<!DOCTYPE svg [<!ENTITY a "a">]>${SVG}`],
  ['another element', '<svgx></svgx>'],
  ['an HTML document as a data URL', urlOf('text/html', SVG)],
  ['a GIF', urlOf('image/gif', 'GIF89a')],
  ['an SVG that says that it is a PNG', urlOf('image/png', SVG)],
  ['a PNG that says that it is an SVG', urlOf('image/svg+xml', PNG)],
  ['a PNG that says that it is a WebP', urlOf('image/webp', PNG)],
  ['what is not base64', 'data:image/png;base64,<svg>'],
  ['what is not percent-encoded', 'data:image/svg+xml,%zz'],
  ['an attribute that would end', `${svgUrl}" onerror="alert(1)`],
  ['a data URL without data', 'data:image/png'],
])('%s is refused', (_, source) => {
  expect(pictureUrl(source, 1000)).toBeUndefined();
});

test('what is larger than it may be is refused, also before it is looked at', () => {
  expect(pictureUrl(SVG, SVG.length)).toBe(svgUrl);
  expect(pictureUrl(SVG, SVG.length - 1)).toBeUndefined();
  // The name space is part of it.
  expect(pictureUrl('<svg></svg>', 20)).toBeUndefined();
  expect(pictureUrl(`<svg>${'<!--'.repeat(1_000_000)}</svg>`, 1000)).toBeUndefined();
});
