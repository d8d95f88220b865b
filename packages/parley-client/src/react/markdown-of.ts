import type { Message } from '../conversation/conversation-state.ts';
import { splitReasoning } from './split-reasoning.ts';

/** An answer as Markdown: without its reasoning, and with its sources as the definitions that its marks refer to. */
export function markdownOf({ content, sources = [] }: Message): string {
  const { answer } = splitReasoning(content, false);
  const definitions = sources.map(({ url, title }, place) => `[${place + 1}]: <${url}>${titleOf(title)}`);
  return [answer, definitions.join('\n')].filter((part) => part !== '').join('\n\n');
}

function titleOf(title = ''): string {
  const line = title.replaceAll(/\s+/g, ' ').trim();
  return line && ` "${line.replaceAll(/["\\]/g, '\\$&')}"`;
}
