import { failureOf, type TurnFailure } from '../conversation/turn-failure.ts';
import type { Strings } from './english.ts';
import { failureTexts } from './failure-texts.ts';
import { namesIn } from './steps/names-in.ts';
import { type Say, sayIn } from './texts.ts';

/** What users are told of a failure: by its code, and by the service's own words where the code is not known here. */
export function sayFailure({ code, detail, address = '', calls = [] }: TurnFailure, say: Say<keyof Strings>): string {
  const names = calls.filter(({ isDone }) => !isDone).map(({ name }) => name);
  const tools = names.length > 0 ? namesIn(say.locale, names) : say('aTool');
  const isKnown = (name: string): name is keyof typeof failureTexts => Object.hasOwn(failureTexts, name);
  return isKnown(code) ? say(code, { address, origin: location.origin, tools }) : detail;
}

/** What users are told of a request that failed, in the language of the table. */
export function failureText(error: unknown, strings: Strings): string {
  return sayFailure(failureOf(error), sayIn(strings));
}
