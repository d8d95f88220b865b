import type { TurnFailure } from '../conversation/turn-failure.ts';
import type { Strings } from './english.ts';
import { failureTexts } from './failure-texts.ts';
import type { Say } from './texts.ts';

/** What users are told of a failure: by its code, and by the service's own words where the code is not known here. */
export function failureText({ code, detail, address = '' }: TurnFailure, say: Say<keyof Strings>): string {
  const isKnown = (name: string): name is keyof typeof failureTexts => Object.hasOwn(failureTexts, name);
  return isKnown(code) ? say(code, { address, origin: location.origin }) : detail;
}
