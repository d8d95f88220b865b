import { branding } from './branding.ts';
import { logo } from './logo.ts';

/**
 * Gives the document the company's colours and icon. The service has checked them: each accent can be read on its page,
 * and what is written on it on the accent.
 */
export function wearBrand(): void {
  const { light, dark } = branding.colors ?? {};
  if (light && dark) {
    const { style } = document.documentElement;
    style.setProperty('--parley-accent', `light-dark(${light.accent}, ${dark.accent})`);
    style.setProperty('--parley-on-accent', `light-dark(${light.on_accent}, ${dark.on_accent})`);
  }
  document.querySelector('link[rel="icon"]')?.setAttribute('href', logo);
}
