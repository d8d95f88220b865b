/** Red, green and blue, from 0 to 255. */
export type Color = readonly [number, number, number];

export const WHITE: Color = [255, 255, 255];
export const BLACK: Color = [0, 0, 0];

const HEX = /^#(?:([0-9a-f])([0-9a-f])([0-9a-f])|([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2}))$/i;
const FUNCTION = /^(rgb|hsl)\(\s*([\d.]+)(?:deg)?\s*[\s,]\s*([\d.]+)(%?)\s*[\s,]\s*([\d.]+)(%?)\s*\)$/i;

/** Reads `#rgb`, `#rrggbb`, `rgb(r, g, b)` or `hsl(h, s%, l%)`, with commas or without; opaque all, so that contrast is known. */
export function parseColor(text: string): Color | undefined {
  const [hex, r, g, b, ...pairs] = HEX.exec(text) ?? [];
  if (hex !== undefined) {
    const digits = r === undefined ? pairs : [r, g, b].map((digit) => `${digit}${digit}`);
    return colorOf(digits.map((pair) => Number.parseInt(String(pair), 16)));
  }
  const [all, name = '', first, second, secondUnit = '', third, thirdUnit = ''] = FUNCTION.exec(text) ?? [];
  const numbers = [first, second, third].map(Number);
  if (all === undefined || numbers.some(Number.isNaN)) return undefined;
  if (name.toLowerCase() === 'rgb') return secondUnit + thirdUnit === '' ? colorOf(numbers) : undefined;
  return secondUnit + thirdUnit === '%%' ? ofHsl(numbers) : undefined;
}

export function hexOf(color: Color): string {
  return `#${color.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

/** As WCAG 2.2 has it: from 1 to 21. */
export function contrast(one: Color, other: Color): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** The colour with so much white in it, from 0 to 1. */
export function lightened(color: Color, part: number): Color {
  return colorOf(color.map((channel) => channel + (255 - channel) * part));
}

function luminance(color: Color): number {
  const [red = 0, green = 0, blue = 0] = color.map((channel) => {
    const part = channel / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function ofHsl([hue = 0, saturation = 0, lightness = 0]: number[]): Color {
  const [s, l] = [Math.min(saturation, 100) / 100, Math.min(lightness, 100) / 100];
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    return 255 * (l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return colorOf([channel(0), channel(8), channel(4)]);
}

function colorOf([red = 0, green = 0, blue = 0]: number[]): Color {
  const whole = (channel: number) => Math.round(Math.min(Math.max(channel, 0), 255));
  return [whole(red), whole(green), whole(blue)];
}
