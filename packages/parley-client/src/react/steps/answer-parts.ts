import type { ShownStep } from '../../conversation/conversation-state.ts';

/** What was said in one round, or calls with nothing said between them. */
export type AnswerPart = { text: string } | { steps: readonly ShownStep[] };

/** An answer in its order. Its last part is text, if only an empty one. */
export function answerParts(content: string, steps: readonly ShownStep[] = []): AnswerPart[] {
  const parts: AnswerPart[] = [];
  let said = 0;
  for (const step of steps) {
    const text = content.slice(said, step.at);
    const last = parts.at(-1);
    if (text.trim() !== '') parts.push({ text }, { steps: [step] });
    else if (last !== undefined && 'steps' in last) parts[parts.length - 1] = { steps: [...last.steps, step] };
    else parts.push({ steps: [step] });
    said = Math.max(said, step.at);
  }
  return [...parts, { text: content.slice(said) }];
}
