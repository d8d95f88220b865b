import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { grounds } from '../../shared/branding/brand-colors.ts';
import type { Branding } from '../../shared/branding/branding.ts';
import { contrast, parseColor } from '../../shared/branding/color.ts';
import { readSettings, SettingsError } from '../../shared/settings.ts';

const branding = (environment: Record<string, string>): Branding => readSettings(environment).branding;

function faultsOf(environment: Record<string, string>): string[] {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split('\n').slice(1);
    throw error;
  }
  return [];
}

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>';
const decoded = (url: string | undefined) => Buffer.from(url?.split('base64,')[1] ?? '', 'base64').toString();

test('without settings the page is Parley’s own, in every language, and says nothing more', () => {
  const none = { en: {}, de: {}, fr: {}, es: {}, ja: {}, ar: {} };
  expect(branding({})).toEqual({ name: 'Parley', languages: ['en', 'de', 'fr', 'es', 'ja', 'ar'], texts: none });
});

test('what is wrong with several is told in one message with what else is wrong, without values', () => {
  const faults = faultsOf({
    BRAND_NAME: 'secret\nname',
    BRAND_LOGO: '<p>secret</p>',
    BRAND_ACCENT: 'url(https://secret)',
    BRAND_GREETING: '{"xx": "secret"}',
    BRAND_FOOTER_URL: 'javascript:secret',
    BRAND_LANGUAGES: 'en, secret',
    MAX_CONTEXT_TOKENS: 'secret',
  });
  for (const name of ['NAME', 'LOGO', 'ACCENT', 'GREETING', 'FOOTER_URL', 'LANGUAGES']) {
    expect(faults.filter((fault) => fault.startsWith(`  - BRAND_${name} must`))).toHaveLength(1);
  }
  expect(faults.join()).toContain('MAX_CONTEXT_TOKENS');
  expect(faults.join()).not.toContain('secret');
});

describe('texts', () => {
  test('that are one text are that in every language that is offered', () => {
    const { texts } = branding({ BRAND_GREETING: 'Hello!', BRAND_LANGUAGES: 'de,en' });
    expect(texts).toEqual({ de: { greeting: 'Hello!' }, en: { greeting: 'Hello!' } });
  });

  test('by language are each in its own, and in English, or the first, where one is missing', () => {
    const { texts } = branding({
      BRAND_LANGUAGES: 'de,en,fr',
      BRAND_GREETING: '{"de": "Hallo!", "en": "Hello!", "ja": "not offered"}',
      BRAND_RETENTION: '{"fr": "Trente jours", "de": "30 Tage"}',
    });
    expect(texts).toEqual({
      de: { greeting: 'Hallo!', retention: '30 Tage' },
      en: { greeting: 'Hello!', retention: 'Trente jours' },
      fr: { greeting: 'Hello!', retention: 'Trente jours' },
    });
  });

  test('are data, whatever stands in them', () => {
    const greeting = '</script><script>alert(1)</script> & "q" $& \u2028 👋\nسلام';
    expect(branding({ BRAND_GREETING: greeting }).texts.en).toEqual({ greeting });
  });

  test.each([
    ['too long', 'x'.repeat(201)],
    ['too long in one language', JSON.stringify({ en: 'x', de: 'x'.repeat(201) })],
    ['with a control character', 'a\u0007b'],
    ['half a character', 'a\ud83d'],
    ['no JSON', '{"en": "x"'],
    ['JSON without a text', '{}'],
    ['JSON with a blank text', '{"en": " "}'],
    ['JSON with a number', '{"en": 1}'],
    ['JSON with an object', '{"en": {"en": "x"}}'],
    ['JSON with a prototype', '{"__proto__": "x"}'],
    ['JSON with a language that there is not', '{"tlh": "nuqneH"}'],
  ])('that are %s are refused', (_, text) => {
    expect(faultsOf({ BRAND_GREETING: text })).toEqual([
      expect.stringMatching(
        /^ {2}- BRAND_GREETING must be a text of at most 200 characters, or a JSON object .*: en, de/,
      ),
    ]);
  });

  test('have their bounds in characters, not in their parts', () => {
    expect(faultsOf({ BRAND_GREETING: '👋'.repeat(200), BRAND_NAME: '店'.repeat(60) })).toEqual([]);
    expect(faultsOf({ BRAND_NAME: '店'.repeat(61) })).toHaveLength(1);
  });
});

describe('the link in the footer', () => {
  test('goes over https alone, with its text', () => {
    const link = { BRAND_FOOTER: 'Privacy', BRAND_FOOTER_URL: 'https://contoso.com/privacy?a=1' };
    expect(branding(link)).toMatchObject({
      footer_url: 'https://contoso.com/privacy?a=1',
      texts: { en: { footer: 'Privacy' } },
    });
    for (const url of ['http://contoso.com', 'javascript:alert(1)', 'data:text/html,x', '//contoso.com', 'contoso']) {
      expect(faultsOf({ ...link, BRAND_FOOTER_URL: url })).toEqual([expect.stringContaining('begins with https://')]);
    }
    expect(faultsOf({ BRAND_FOOTER: 'Privacy' })).toEqual([expect.stringContaining('needs BRAND_FOOTER_URL')]);
    expect(faultsOf({ BRAND_FOOTER_URL: 'https://contoso.com' })).toEqual([
      expect.stringContaining('needs BRAND_FOOTER'),
    ]);
  });
});

describe('the languages', () => {
  test('are those that are named, each once, in their order', () => {
    expect(branding({ BRAND_LANGUAGES: ' ar , en,ar,' }).languages).toEqual(['ar', 'en']);
  });
});

describe('the logo', () => {
  test('is a data URL, of an SVG as it stands in a page too, which then says what it is', () => {
    expect(decoded(branding({ BRAND_LOGO: SVG }).logo)).toBe(SVG);
    const inline = '<svg viewBox="0 0 1 1"><script>alert(1)</script></svg>';
    const { logo } = branding({ BRAND_LOGO: inline });
    expect(logo).toMatch(/^data:image\/svg\+xml;base64,[A-Za-z0-9+/]+=*$/);
    expect(decoded(logo)).toBe(inline.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"'));
  });

  test('of 32 KiB is taken, and a byte more is not', () => {
    const padded = (bytes: number) => SVG.replace('/>', `${' '.repeat(bytes - SVG.length)}/>`);
    expect(faultsOf({ BRAND_LOGO: padded(32_768) })).toEqual([]);
    expect(faultsOf({ BRAND_LOGO: padded(32_769) })).toEqual([expect.stringContaining('of at most 32768 bytes')]);
  });
});

describe('the accent', () => {
  const shown = (accent: string, more: Record<string, string> = {}) =>
    branding({ BRAND_ACCENT: accent, ...more }).colors;

  test.each([
    ['#0f6cbd', '#0f6cbd'],
    ['#07B', '#0077bb'],
    ['rgb(15, 108, 189)', '#0f6cbd'],
    ['rgb(15 108 189)', '#0f6cbd'],
    ['hsl(208, 85%, 40%)', '#0f6cbd'],
    ['HSL( 208deg 85% 40% )', '#0f6cbd'],
    ['hsl(120, 100%, 20%)', '#006600'],
    ['hsl(300 100% 25%)', '#800080'],
  ])('%s is told as %s', (given, told) => {
    expect(shown(given)?.light).toEqual({ accent: told, on_accent: '#ffffff' });
  });

  test.each([
    ...[
      'red',
      '#0f6cbd80',
      '#12',
      'rgba(0, 0, 0, 0.5)',
      'rgb(0 0 0 / 50%)',
      'rgb(10% 0% 0%)',
      'hsl(1, 2, 3)',
      'rgb(1.2.3 0 0)',
    ],
    ...['var(--x)', '#000;} * {color: red', 'light-dark(#000)', 'light-dark(#000, url(x))', '#000, #fff', '#00000g'],
  ])('%s is refused', (given) => {
    expect(faultsOf({ BRAND_ACCENT: given })).toEqual([expect.stringMatching(/BRAND_ACCENT must be a colour/)]);
  });

  test('of the dark page is the light one, made so light that it can be read, where it is not given', () => {
    const { light, dark } = shown('#0f6cbd') ?? expect.unreachable();
    expect(light.accent).toBe('#0f6cbd');
    expect(dark.on_accent).toBe('#000000');
    const ratio = contrast(parseColor(dark.accent) as never, parseColor(grounds.dark) as never);
    expect(ratio).toBeGreaterThanOrEqual(4.5);
    expect(ratio).toBeLessThan(5);
    expect(shown('light-dark(#0f6cbd, #6cb8f6)')?.dark).toEqual({ accent: '#6cb8f6', on_accent: '#000000' });
    expect(shown('light-dark(hsl(208, 85%, 40%), rgb(108, 184, 246))')?.dark.accent).toBe('#6cb8f6');
  });

  test('that cannot be read is refused, and the fault says how far it is from that', () => {
    expect(faultsOf({ BRAND_ACCENT: '#ffd100' })).toEqual([
      '  - BRAND_ACCENT has a contrast of 1.46:1 with the light page, #ffffff; to be read it needs 4.5:1',
    ]);
    expect(faultsOf({ BRAND_ACCENT: 'light-dark(#0f6cbd, #0f6cbd)' })).toEqual([
      expect.stringMatching(/BRAND_ACCENT has a contrast of 3\.\d\d:1 with the dark page, #17171b/),
    ]);
    expect(faultsOf({ BRAND_ACCENT: '#0f6cbd', BRAND_ON_ACCENT: '#9fc5e8' })).toEqual([
      expect.stringMatching(/BRAND_ON_ACCENT has a contrast of 2\.\d\d:1 with BRAND_ACCENT on the light page/),
    ]);
    const both = { BRAND_ACCENT: 'light-dark(#0f6cbd, #6cb8f6)', BRAND_ON_ACCENT: 'light-dark(#fff, #fff)' };
    expect(faultsOf(both)).toEqual([
      expect.stringMatching(/BRAND_ON_ACCENT has a contrast of 2\.\d\d:1 with BRAND_ACCENT on the dark page/),
    ]);
    expect(faultsOf({ BRAND_ON_ACCENT: '#fff' })).toEqual([expect.stringContaining('needs BRAND_ACCENT')]);
    // Never rounded up to what it has not reached.
    expect(faultsOf({ BRAND_ACCENT: '#777777' })).toEqual([expect.stringContaining(' 4.47:1 ')]);
  });

  test('and what is written on it can be read, whichever colour is taken', () => {
    const channel = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.tuple(channel, channel, channel), (rgb) => {
        const given = { BRAND_ACCENT: `rgb(${rgb.join(' ')})` };
        if (faultsOf(given).length > 0) return;
        for (const [theme, { accent, on_accent }] of Object.entries(branding(given).colors ?? {})) {
          const [color, text, ground] = [accent, on_accent, grounds[theme as 'light']].map(parseColor);
          expect(contrast(color as never, text as never)).toBeGreaterThanOrEqual(4.5);
          expect(contrast(color as never, ground as never)).toBeGreaterThanOrEqual(4.5);
        }
      }),
    );
  });

  test('is held against what the page is painted with', async () => {
    const sheet = await readFile('packages/parley-client/src/react/theme.css', 'utf8');
    const [, light, dark] = /-ground: .*light-dark\((#\w+), (#\w+)\)/.exec(sheet) ?? [];
    expect({ light, dark }).toEqual(grounds);
  });

  test('has the contrast that WCAG’s own examples have', () => {
    const ratio = (one: string, other: string) => contrast(parseColor(one) as never, parseColor(other) as never);
    expect(ratio('#000', '#fff')).toBe(21);
    expect(ratio('#fff', '#fff')).toBe(1);
    expect(ratio('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
    expect(ratio('#ff0000', '#ffffff')).toBeCloseTo(3.998, 2);
  });
});
