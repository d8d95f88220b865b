import { ASIDE_TEMPERATURE } from './aside-call.ts';
import type { Assistant } from './assistant.ts';
import type { Prompts } from './prompts.ts';
import { wholeInstruction } from './summary-instructions.ts';
import type { TurnRequest } from './turn-request.ts';

/** What makes a turn one that summarises all that it has, and keeps nothing. */
export function compaction(
  prompts: Prompts,
  assistant: Assistant,
): Pick<TurnRequest, 'message' | 'purpose' | 'isEphemeral' | 'maxOutputTokens' | 'temperature'> {
  const maxOutputTokens = prompts.summaryTokens(assistant);
  return {
    message: wholeInstruction(maxOutputTokens),
    purpose: 'summary',
    isEphemeral: true,
    maxOutputTokens,
    temperature: ASIDE_TEMPERATURE,
  };
}
