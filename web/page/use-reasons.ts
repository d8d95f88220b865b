import { failureOf } from '../../packages/parley-client/src/conversation/turn-failure.ts';
import { failureText } from '../../packages/parley-client/src/react/failure-text.ts';
import { sayIn } from '../../packages/parley-client/src/react/texts.ts';
import { languages } from './languages.ts';
import { useLanguage } from './use-language.ts';

/** Tells, in words for users, why the service did not do something. */
export function useReasons(): (error: unknown) => string {
  const { language } = useLanguage();
  return (error) => failureText(failureOf(error), sayIn(languages[language].panel));
}
