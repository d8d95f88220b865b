import { type ByLanguage, inEach, type Language, languages } from '../conversation/language.ts';
import type { EnvironmentReader } from '../platform/environment.ts';
import { pictureUrl } from '../platform/picture-url.ts';
import { readBrandColors } from './brand-colors.ts';
import type { Branding, BrandTexts } from './branding.ts';
import { isText, readTexts } from './read-texts.ts';

const MOST_LOGO_BYTES = 32_768;
const MOST_NAME_CHARACTERS = 60;

/** Reads what a company makes its own on the page. */
export function readBrandingSettings(environment: EnvironmentReader): Branding {
  const offered = readLanguages(environment);
  const texts = {
    greeting: readTexts(environment, 'BRAND_GREETING', 200),
    disclaimer: readTexts(environment, 'BRAND_DISCLAIMER', 500),
    retention: readTexts(environment, 'BRAND_RETENTION', 500),
    footer: readTexts(environment, 'BRAND_FOOTER', 100),
  };
  environment.requires('BRAND_FOOTER', ['BRAND_FOOTER_URL']);
  environment.requires('BRAND_FOOTER_URL', ['BRAND_FOOTER']);
  return {
    name: readName(environment),
    logo: readLogo(environment),
    colors: readBrandColors(environment),
    footer_url: environment.url('BRAND_FOOTER_URL', ['https:']),
    languages: offered,
    texts: textsIn(offered, texts),
  };
}

function readName(environment: EnvironmentReader): string {
  const name = environment.text('BRAND_NAME') ?? 'Parley';
  if (!isText(name, MOST_NAME_CHARACTERS) || name.includes('\n')) {
    environment.faults.push(`BRAND_NAME must be one line of at most ${MOST_NAME_CHARACTERS} characters`);
  }
  return name;
}

function readLogo(environment: EnvironmentReader): string | undefined {
  const source = environment.text('BRAND_LOGO');
  const url = source && pictureUrl(source, MOST_LOGO_BYTES);
  if (source !== undefined && url === undefined) {
    environment.faults.push(
      `BRAND_LOGO must be an SVG, <svg ...>...</svg>, or a data URL of an SVG, PNG or WebP, of at most ${MOST_LOGO_BYTES} bytes`,
    );
  }
  return url;
}

/** All by default. */
function readLanguages(environment: EnvironmentReader): [Language, ...Language[]] {
  const named = new Set(environment.list('BRAND_LANGUAGES'));
  const known = [...named].filter((name): name is Language => languages.includes(name as Language));
  if (known.length < named.size) {
    environment.faults.push(`BRAND_LANGUAGES must name languages of ${languages.join(', ')}, between commas`);
  }
  const [first = languages[0], ...others] = named.size === 0 ? languages : known;
  return [first, ...others];
}

function textsIn(
  offered: readonly Language[],
  texts: Record<keyof BrandTexts, ByLanguage<string>>,
): ByLanguage<BrandTexts> {
  const each = Object.entries(texts).map(([name, given]) => [name, inEach(offered, given)] as const);
  const inLanguage = (language: Language) => Object.fromEntries(each.map(([name, said]) => [name, said[language]]));
  return Object.fromEntries(offered.map((language) => [language, inLanguage(language)]));
}
