import { setTimeout as sleep } from 'node:timers/promises';
import type { CompletionOptions, Model, PromptMessage, ToolCall } from '../conversation/ports/model.ts';
import { PREFACE } from '../conversation/summaries.ts';
import { MESSAGE_BELOW } from '../conversation/title-plan.ts';

const QUOTED_CHARACTERS = 80;

/**
 * A model that needs no account and says so. It answers word by word, and the same to the same conversation.
 *
 * @param wordMs pause before each word, so that streaming can be seen
 */
export function demo(wordMs = 15): Model {
  return {
    name: 'demo',
    async stream(messages, { maxOutputTokens, purpose, tools }, signal, tell) {
      signal.throwIfAborted();
      // It costs nothing, and counts as others do: limits can be tried on it.
      tell({ type: 'asked' });
      const call = callFor(messages, tools);
      const text = said(messages, maxOutputTokens, purpose, call);
      const words = text.match(/\S+\s*/g) ?? [];
      for (const word of words.slice(0, maxOutputTokens)) {
        await sleep(wordMs, undefined, { signal }).catch(() => signal.throwIfAborted());
        tell({ type: 'delta', text: word });
      }
      const isCut = words.length > maxOutputTokens;
      if (call !== undefined && !isCut) tell({ type: 'called', call });
      tell({ type: 'end', finishReason: isCut ? 'length' : call === undefined ? 'stop' : 'calls' });
    },
  };
}

function said(
  messages: readonly PromptMessage[],
  maxOutputTokens: number,
  purpose: CompletionOptions['purpose'],
  call: ToolCall | undefined,
): string {
  if (purpose === 'summary') return summaryOf(messages, maxOutputTokens);
  return purpose === 'title' ? titleOf(messages) : answerTo(messages, call);
}

/** The first six words that are no mere marks, with a capital; it understands nothing. */
function titleOf(messages: readonly PromptMessage[]): string {
  const words =
    messages
      .at(-1)
      ?.content.replace(MESSAGE_BELOW, '')
      .match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’-]*/gu) ?? [];
  const title = words.slice(0, 6).join(' ');
  return title.slice(0, 1).toUpperCase() + title.slice(1);
}

function answerTo(messages: readonly PromptMessage[], call: ToolCall | undefined): string {
  if (call !== undefined) return `By rule, not by wit, I call the tool ${call.name}. `;
  const result = messages.at(-1);
  if (result?.role === 'tool') return `The tool says: ${result.content}`;
  const asked = messages.filter(({ role }) => role === 'user');
  const characters = Array.from(asked.at(-1)?.content.replace(/\s+/g, ' ').trim() ?? '');
  const quote = characters.slice(0, QUOTED_CHARACTERS).join('');
  const ellipsis = characters.length > QUOTED_CHARACTERS ? '…' : '';
  return [
    `You said: “${quote}${ellipsis}”. It is message ${asked.length} that I see of this conversation.`,
    'I am Parley’s demo model: I need no account, and I understand nothing.',
    'For real answers set AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_DEPLOYMENT, or OPENAI_API_KEY and OPENAI_MODEL.',
  ].join(' ');
}

/** A tool is called where the message has a word of its description, of four letters or more; once in a turn. */
function callFor(messages: readonly PromptMessage[], tools: CompletionOptions['tools']): ToolCall | undefined {
  const asked = messages.at(-1);
  if (tools === undefined || tools.isLast || asked?.role !== 'user') return undefined;
  const words = wordsOf(asked.content);
  const tool = tools.offered.find(({ description }) => wordsOf(description).intersection(words).size > 0);
  if (tool === undefined) return undefined;
  const { required = [] } = tool.parameters as { required?: string[] };
  const written = Object.fromEntries(required.map((name) => [name, asked.content]));
  return { id: `call_${messages.length}`, name: tool.name, arguments: JSON.stringify(written) };
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/\p{L}{4,}/gu));
}

/** The first sentences of what it is asked to summarise, as many as may be; it understands nothing. */
function summaryOf(messages: readonly PromptMessage[], maxOutputTokens: number): string {
  const sentences = textsOf(messages).map((text) => text.match(/^.{0,200}?[.!?…](?=\s|$)|^.{0,100}/su)?.[0] ?? '');
  const words = ['By the demo model, first sentences only:', ...sentences].join(' ').split(' ');
  return words.slice(0, maxOutputTokens / 3).join(' ');
}

/** What is to be summarised: of a conversation the first messages, or all; or the summaries in its only message. */
function textsOf(messages: readonly PromptMessage[]): string[] {
  const asked = messages.at(-1)?.content ?? '';
  if (messages.length === 1) return asked.split('\n\n').slice(1, -1);
  const said = messages.slice(0, -1).filter(({ role }) => role !== 'system');
  const [, count] = /first (\d+) messages/.exec(asked) ?? [];
  if (count === undefined) return said.map(({ content }) => content.replace(`${PREFACE}\n\n`, ''));
  const behind = said.filter(({ content }) => !content.startsWith(PREFACE));
  return behind.slice(0, Number(count)).map(({ content }) => content);
}
