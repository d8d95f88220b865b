import { setTimeout as sleep } from 'node:timers/promises';
import type { Model, PromptMessage } from '../conversation/ports/model.ts';

const QUOTED_CHARACTERS = 80;

/**
 * A model that needs no account and says so. It answers word by word, and the same to the same conversation.
 *
 * @param wordMs pause before each word, so that streaming can be seen
 */
export function demo(wordMs = 15): Model {
  return {
    name: 'demo',
    async stream(messages, { maxOutputTokens }, signal, tell) {
      signal.throwIfAborted();
      // It costs nothing, and counts as others do: limits can be tried on it.
      tell({ type: 'asked' });
      const words = answerTo(messages).match(/\S+\s*/g) ?? [];
      for (const word of words.slice(0, maxOutputTokens)) {
        await sleep(wordMs, undefined, { signal }).catch(() => signal.throwIfAborted());
        tell({ type: 'delta', text: word });
      }
      tell({ type: 'end', finishReason: words.length > maxOutputTokens ? 'length' : 'stop' });
    },
  };
}

function answerTo(messages: readonly PromptMessage[]): string {
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
