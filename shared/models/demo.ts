import { setTimeout as sleep } from 'node:timers/promises';
import type { CompletionOptions, Model, PromptMessage, ToolCall } from '../conversation/ports/model.ts';
import { PREFACE } from '../conversation/summaries.ts';
import { MESSAGE_BELOW } from '../conversation/title-plan.ts';
import { demoCalls } from './demo-calls.ts';

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
      const calls = demoCalls(messages, tools);
      const text = said(messages, maxOutputTokens, purpose, calls);
      const words = text.match(/\S+\s*/g) ?? [];
      for (const word of words.slice(0, maxOutputTokens)) {
        await sleep(wordMs, undefined, { signal }).catch(() => signal.throwIfAborted());
        tell({ type: 'delta', text: word });
      }
      const isCut = words.length > maxOutputTokens;
      for (const call of isCut ? [] : calls) tell({ type: 'called', call });
      tell({ type: 'end', finishReason: isCut ? 'length' : calls.length === 0 ? 'stop' : 'calls' });
    },
  };
}

function said(
  messages: readonly PromptMessage[],
  maxOutputTokens: number,
  purpose: CompletionOptions['purpose'],
  calls: readonly ToolCall[],
): string {
  if (purpose === 'summary') return summaryOf(messages, maxOutputTokens);
  return purpose === 'title' ? titleOf(messages) : answerTo(messages, calls);
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

function answerTo(messages: readonly PromptMessage[], [call]: readonly ToolCall[]): string {
  if (call !== undefined) return `By rule, not by wit, I call the tool ${call.name}. `;
  const results = messages.slice(messages.findLastIndex(({ role }) => role !== 'tool') + 1);
  if (results.length > 0) return `The tool says: ${results.map(({ content }) => content).join('; ')}`;
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
