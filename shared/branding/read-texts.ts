import { type ByLanguage, type Language, languages } from '../conversation/language.ts';
import type { EnvironmentReader } from '../platform/environment.ts';

/** A plain text: no control characters but the end of a line. */
export function isText(text: unknown, mostCharacters: number): text is string {
  return (
    typeof text === 'string' &&
    text.trim() !== '' &&
    text.isWellFormed() &&
    [...text].length <= mostCharacters &&
    !/(?!\n)\p{Cc}/u.test(text)
  );
}

/** Reads a setting that holds a text for all languages, or a JSON object of texts by language. */
export function readTexts(environment: EnvironmentReader, name: string, mostCharacters: number): ByLanguage<string> {
  const raw = environment.text(name);
  if (raw === undefined) return {};
  const given = raw.startsWith('{') ? parsed(raw) : { en: raw };
  const texts = Object.entries(given);
  const isKnown = (language: string) => languages.includes(language as Language);
  if (texts.length > 0 && texts.every(([language, text]) => isKnown(language) && isText(text, mostCharacters))) {
    return given;
  }
  environment.faults.push(
    `${name} must be a text of at most ${mostCharacters} characters, or a JSON object of such texts by language: ` +
      `${languages.join(', ')}`,
  );
  return {};
}

function parsed(json: string): Record<string, unknown> {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}
