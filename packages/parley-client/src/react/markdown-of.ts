import type { Message } from '../conversation/conversation-state.ts';
import { sourceDefinitions } from './source-definitions.ts';
import { splitReasoning } from './split-reasoning.ts';
import { answerParts } from './steps/answer-parts.ts';

/**
 * An answer as Markdown: without its reasoning and its steps, and with its sources as the definitions that its marks
 * refer to.
 */
export function markdownOf({ content, steps, sources }: Message): string {
  const said = answerParts(content, steps).map((part) =>
    'text' in part ? splitReasoning(part.text, false).answer : '',
  );
  return [...said, sourceDefinitions(sources)].filter((part) => part.trim() !== '').join('\n\n');
}
