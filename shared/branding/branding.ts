import type { ByLanguage, Language } from '../conversation/language.ts';

/** What is written on the page's buttons and links, as `#rrggbb`. */
export interface BrandColors {
  accent: string;
  /** Of what is written on the accent. */
  on_accent: string;
}

/** What the page says beside its own words; plain text. */
export interface BrandTexts {
  greeting?: string | undefined;
  /** Stands by the message field. */
  disclaimer?: string | undefined;
  /** How long conversations are kept. */
  retention?: string | undefined;
  /** Of the link in the footer. */
  footer?: string | undefined;
}

/** What a company makes its own on the page, as the page is told it. */
export interface Branding {
  name: string;
  /** A data URL, for the `src` of an `<img>` and nothing else. */
  logo?: string | undefined;
  colors?: { light: BrandColors; dark: BrandColors } | undefined;
  /** https */
  footer_url?: string | undefined;
  /** On offer; the first is spoken where none is wanted. */
  languages: readonly [Language, ...Language[]];
  /** In each of these. */
  texts: ByLanguage<BrandTexts>;
}
