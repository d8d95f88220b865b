import { TEMPERATURE } from '../../conversation/speak.ts';
import type { Services } from '../../services.ts';
import { ResponseFold } from './response-fold.ts';

/** Folds a turn's events into a response, which says what its assistant has where the request said nothing. */
export function createResponseFold({ assistants, turns, settings }: Services): ResponseFold {
  return new ResponseFold((name) => {
    const assistant = assistants.get(name);
    return {
      temperature: assistant?.temperature ?? TEMPERATURE,
      maxOutputTokens: assistant ? turns.prompts.outputTokens(assistant) : settings.maxOutputTokens,
    };
  });
}
