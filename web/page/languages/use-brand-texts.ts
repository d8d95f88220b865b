import type { BrandTexts } from '../../../packages/parley-client/src/index.ts';
import { branding } from '../brand/branding.ts';
import { useLanguage } from './use-language.ts';

/** What the company says, in the user's language. */
export function useBrandTexts(): BrandTexts {
  const { language } = useLanguage();
  return branding.texts[language] ?? {};
}
