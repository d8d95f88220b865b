import type { Message, ShownStep } from '../conversation/conversation-state.ts';
import type { Strings } from './english.ts';
import { sourceDefinitions } from './source-definitions.ts';
import { answerParts } from './steps/answer-parts.ts';
import { decisionText } from './steps/decision-text.ts';
import { stepTexts } from './steps/step-texts.ts';
import { type Say, sayIn } from './texts.ts';

type Exported = Pick<Message, 'content' | 'approve' | 'steps' | 'sources'>;

/**
 * A message of a conversation as it was written, as Markdown: with the calls of tools beside it in a line each, what was
 * decided in its place, and its sources; all that it says by itself in the language of the table.
 */
export function exportedMarkdown(messages: readonly Exported[], place: number, strings: Strings): string {
  const say = sayIn(strings);
  const { content, approve, steps, sources } = messages[place] as Exported;
  if (approve !== undefined) return decisionText(messages, place, say);
  const parts = answerParts(content, steps).map((part) =>
    'text' in part ? part.text : part.steps.map((step) => lineOf(step, say)).join('\n'),
  );
  return [...parts, sourceDefinitions(sources)].filter((part) => part.trim() !== '').join('\n\n');
}

function lineOf({ status, name }: ShownStep, say: Say<keyof Strings>): string {
  return `- ${say(stepTexts[status], { name: `\`${name.replaceAll('`', '')}\`` })}`;
}
