import type { EnvironmentReader } from '../platform/environment.ts';
import type { Branding } from './branding.ts';
import { BLACK, type Color, contrast, hexOf, lightened, parseColor, WHITE } from './color.ts';

/** What the accent is seen on: `--parley-ground` of the page. */
export const grounds = { light: '#ffffff', dark: '#17171b' };

/** Of text, by WCAG 2.2 (1.4.3, level AA). */
const LEAST_CONTRAST = 4.5;

type Theme = 'light' | 'dark';

interface Themed {
  light: Color;
  /** Absent: it follows from the light one. */
  dark?: Color | undefined;
}

/**
 * Reads the accent and what is written on it, where one is set. Of the text on the accent that is not set, black or
 * white is taken: one of both can always be read. Where no dark accent is set, the light one is made lighter until it can
 * be read on the dark page.
 */
export function readBrandColors(environment: EnvironmentReader): Branding['colors'] {
  environment.requires('BRAND_ON_ACCENT', ['BRAND_ACCENT']);
  const accent = readThemed(environment, 'BRAND_ACCENT');
  const onAccent = readThemed(environment, 'BRAND_ON_ACCENT');
  if (accent === undefined) return undefined;
  const ofTheme = (theme: Theme, color: Color, text: Color = readableOn(color)) => {
    const where = `the ${theme} page, ${grounds[theme]}`;
    hold(environment, 'BRAND_ACCENT', contrast(color, parseColor(grounds[theme]) as Color), where);
    hold(environment, 'BRAND_ON_ACCENT', contrast(text, color), `BRAND_ACCENT on the ${theme} page`);
    return { accent: hexOf(color), on_accent: hexOf(text) };
  };
  return {
    light: ofTheme('light', accent.light, onAccent?.light),
    dark: ofTheme('dark', accent.dark ?? readableIn(accent.light), onAccent?.dark),
  };
}

/** One colour, which is that of the light page, or `light-dark(one, other)` as CSS has it. */
function readThemed(environment: EnvironmentReader, name: string): Themed | undefined {
  const raw = environment.text(name);
  if (raw === undefined) return undefined;
  // Between the colours stands a comma outside of their own brackets.
  const [, ...both] = /^light-dark\(\s*([^(),]+(?:\([^()]*\))?)\s*,\s*([^(),]+(?:\([^()]*\))?)\s*\)$/i.exec(raw) ?? [];
  const colors = (both.length > 0 ? both : [raw]).map((each) => parseColor(each.trim()));
  const [light, dark] = colors;
  if (light !== undefined && !colors.includes(undefined)) return { light, dark };
  environment.faults.push(
    `${name} must be a colour, #rgb, #rrggbb, rgb(...) or hsl(...), without transparency; or two as light-dark(one, other)`,
  );
  return undefined;
}

function hold({ faults }: EnvironmentReader, name: string, ratio: number, against: string): void {
  if (ratio >= LEAST_CONTRAST) return;
  const told = (Math.floor(ratio * 100) / 100).toFixed(2);
  faults.push(`${name} has a contrast of ${told}:1 with ${against}; to be read it needs ${LEAST_CONTRAST}:1`);
}

function readableOn(color: Color): Color {
  return contrast(WHITE, color) >= contrast(BLACK, color) ? WHITE : BLACK;
}

/** The first shade, in steps of a fiftieth, that can be read on the dark page. */
function readableIn(color: Color): Color {
  const ground = parseColor(grounds.dark) as Color;
  const shades = Array.from({ length: 51 }, (_, step) => lightened(color, step / 50));
  return shades.find((shade) => contrast(shade, ground) >= LEAST_CONTRAST) ?? WHITE;
}
