/** What is said in some languages, by their tags. */
export type ByLanguage<T> = { readonly [Tag in 'en' | 'de' | 'fr' | 'es' | 'ja' | 'ar']?: T };

/** What a company makes its own on the chat page. All of it is data: text, and a picture. */
export interface Branding {
  name: string;
  /** The data URL of an SVG, PNG or WebP, for the `src` of an `<img>` and nothing else. */
  logo?: string;
  colors?: { light: BrandColors; dark: BrandColors };
  /** https */
  footer_url?: string;
  /** On offer; the first is spoken where none of them is wanted. */
  languages: readonly (keyof ByLanguage<unknown>)[];
  /** In each of these languages. */
  texts: ByLanguage<BrandTexts>;
}

/** As `#rrggbb`, each with a contrast of 4.5:1 and more: the accent with the page, and what is written on it with it. */
export interface BrandColors {
  accent: string;
  on_accent: string;
}

export interface BrandTexts {
  greeting?: string;
  disclaimer?: string;
  /** How long conversations are kept. */
  retention?: string;
  /** Of the link to `footer_url`. */
  footer?: string;
}
