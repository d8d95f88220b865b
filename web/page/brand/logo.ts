import type { Branding } from '../../../packages/parley-client/src/index.ts';
import { branding } from './branding.ts';

/** Two who talk: Parley's own mark. */
const TALK =
  '<path class="accent" opacity=".45" d="M12 3h6a4 4 0 0 1 4 4v9l-3-2h-7a4 4 0 0 1-4-4V7a4 4 0 0 1 4-4z"/>' +
  '<path class="accent" d="M6 8h6a4 4 0 0 1 4 4v3a4 4 0 0 1-4 4H5l-3 2v-9a4 4 0 0 1 4-4z"/>';

/** Of the panel: theme.css. */
const OWN_COLORS = {
  light: { accent: '#3b4cc0', on_accent: '#ffffff' },
  dark: { accent: '#a9b6ff', on_accent: '#12142b' },
};

/** The picture that the page is known by, as a data URL: the company's; where it has none, one that is drawn here. */
export const logo = branding.logo ?? drawn(branding);

function drawn({ name, colors = OWN_COLORS }: Branding): string {
  const { light, dark } = colors;
  const fills = ({ accent, on_accent }: typeof light) => `.accent{fill:${accent}}.on{fill:${on_accent}}`;
  const style = `<style>${fills(light)}@media(prefers-color-scheme:dark){${fills(dark)}}</style>`;
  const shape = name === 'Parley' ? TALK : initial(name);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">${style}${shape}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** The first letter of a company's name, or its first digit: nothing that an SVG would read as its own. */
function initial(name: string): string {
  const [letter = ''] = /[\p{L}\p{N}]/u.exec(name) ?? [];
  const font = 'font-family="system-ui,sans-serif" font-size="13" font-weight="600"';
  const text = `<text class="on" x="12" y="16.75" text-anchor="middle" ${font}>${letter.toUpperCase()}</text>`;
  return `<rect class="accent" width="24" height="24" rx="6"/>${text}`;
}
