import {
  english as englishPanel,
  type Strings as PanelStrings,
} from '../../../packages/parley-client/src/react/index.ts';
import * as panel from '../../../packages/parley-client/src/react/languages/index.ts';
import { arabic } from './arabic.ts';
import { english, type Strings } from './english.ts';
import { french } from './french.ts';
import { german } from './german.ts';
import { japanese } from './japanese.ts';
import { spanish } from './spanish.ts';

/** What the page and the panel in it say in a language, and what it calls itself. */
export interface Language {
  ownName: string;
  page: Strings;
  panel: PanelStrings;
}

/** By their tags, as the service knows them. */
export const languages = {
  en: { ownName: 'English', page: english, panel: englishPanel },
  de: { ownName: 'Deutsch', page: german, panel: panel.german },
  fr: { ownName: 'Français', page: french, panel: panel.french },
  es: { ownName: 'Español', page: spanish, panel: panel.spanish },
  ja: { ownName: '日本語', page: japanese, panel: panel.japanese },
  ar: { ownName: 'العربية', page: arabic, panel: panel.arabic },
} satisfies Record<string, Language>;

export type LanguageTag = keyof typeof languages;

/** Of what the document or the browser's storage says: a language that there are texts in. */
export function languageOf(tag: string | null | undefined): LanguageTag | undefined {
  return tag && Object.hasOwn(languages, tag) ? (tag as LanguageTag) : undefined;
}
