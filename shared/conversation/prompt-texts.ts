import type { PromptMessage } from './ports/model.ts';
import type { Item, StoredMessage } from './ports/stored.ts';
import type { TokenCount } from './ports/token-counter.ts';
import { answerMessages, callMessages, countMessages, settledMessages } from './steps/step-messages.ts';
import type { WindowMessage } from './window.ts';

/** One text of a conversation, as it is sent: a stored message, or what was brought to a turn. */
export interface PromptText {
  role: Item['role'];
  /** What was said: nothing where something was called. */
  content: string;
  /** It, and before it or between it what its turn did. */
  messages: PromptMessage[];
  tokens: number;
  isExact: boolean;
  /** Of the stored message that it is, or stands before, in the window; behind the last where it is of the new turn. */
  place: number;
  /** The prompt can be cut before it: an exchange begins, or a turn. */
  isStart: boolean;
}

/** What a caller brought. */
type BroughtText = Pick<Item, 'role' | 'content' | 'tokens' | 'call'>;

/** A conversation's texts in the order in which they are sent, up to the new message. */
export async function promptTexts(
  window: readonly StoredMessage[],
  brought: readonly BroughtText[],
  count: (text: string) => Promise<TokenCount>,
): Promise<PromptText[]> {
  const told: (readonly (StoredMessage | BroughtText)[])[] = [
    ...window.map((message) => [...itemsOf(message), message]),
    brought,
  ];
  const counted = told.map((texts, place) =>
    Promise.all(
      texts.map(async (text, at) => {
        const { role, tokens: known } = text;
        const isCall = 'call' in text && text.call !== undefined;
        const content = isCall ? '' : text.content;
        const messages = messagesOf(text, window[place + 1]);
        // What is stored is exact.
        const counted = known === undefined ? await countMessages(messages, count) : { tokens: known, exact: true };
        const isStart = role === 'user' || (at === 0 && window[place]?.role !== 'assistant');
        return { role, content, messages, tokens: counted.tokens, isExact: counted.exact, place, isStart };
      }),
    ),
  );
  return (await Promise.all(counted)).flat();
}

/** @param next behind it in the window */
function messagesOf(text: StoredMessage | BroughtText, next: StoredMessage | undefined): PromptMessage[] {
  const { role, content } = text;
  if (!('turn_id' in text)) return text.call === undefined ? [{ role, content }] : callMessages(text.call, content);
  if (text.role === 'assistant') return answerMessages(text);
  const settled = next?.role === 'assistant' ? settledMessages(next) : [];
  return content === '' ? settled : [...settled, { role, content }];
}

/** As the window is fitted. */
export function windowMessage({ isStart, tokens }: PromptText): WindowMessage {
  return { role: isStart ? 'user' : 'assistant', tokens };
}

function itemsOf(message: StoredMessage): Item[] {
  return message.role === 'user' ? (message.items ?? []) : [];
}
