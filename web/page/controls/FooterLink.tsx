import { branding } from '../brand/branding.ts';
import { useBrandTexts } from '../languages/use-brand-texts.ts';

/** Where the company says more. */
export function FooterLink() {
  const { footer } = useBrandTexts();
  if (branding.footer_url === undefined) return null;
  return (
    <a href={branding.footer_url} target="_blank" rel="noreferrer">
      <bdi>{footer}</bdi>
    </a>
  );
}
