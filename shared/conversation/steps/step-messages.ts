import type { PromptMessage, ToolCall } from '../ports/model.ts';
import type { AssistantMessage, Item, StoredStep } from '../ports/stored.ts';
import type { TokenCount } from '../ports/token-counter.ts';
import { TOKENS_PER_MESSAGE } from '../window.ts';

/** What a provider counts for a call beside its texts, about. */
const TOKENS_PER_CALL = 8;

/** What the model said in a round that ended with calls, and what it is told came of each. */
export interface AnsweredRound {
  content: string;
  thoughts?: readonly object[] | undefined;
  calls: (ToolCall & { answer: string })[];
  /** What the provider counted of what the model wrote, its thoughts included. */
  writtenTokens?: number | undefined;
}

export function roundMessages({ content, thoughts, calls }: AnsweredRound): PromptMessage[] {
  if (calls.length === 0) return content === '' ? [] : [{ role: 'assistant', content }];
  return [
    {
      role: 'assistant',
      content,
      calls: calls.map(({ id, name, arguments: written }) => ({ id, name, arguments: written })),
      ...(thoughts && { thoughts }),
    },
    ...calls.map(({ id, answer }) => ({ role: 'tool' as const, callId: id, content: answer })),
  ];
}

type Answer = Pick<AssistantMessage, 'content' | 'steps'>;

/**
 * A stored answer with steps, as it is sent: calls and results stand where they happened. A call that waits for its caller
 * is sent with what came of it, and not before.
 */
export function answerMessages({ content, steps = [] }: Answer): PromptMessage[] {
  const done = steps.filter(({ status, before }) => status !== 'open' && !before);
  const rounds = [...Map.groupBy(done, ({ round }) => round).values()] as [StoredStep, ...StoredStep[]][];
  let from = 0;
  const told = rounds.flatMap((round) => {
    const said = content.slice(from, round[0].at);
    from = round[0].at;
    return roundMessages({ content: said, calls: round.map(callOf) });
  });
  return [...told, ...roundMessages({ content: content.slice(from), calls: [] })];
}

/** What the message before an answer has settled, as it is sent before that. */
export function settledMessages({ steps = [] }: Answer): PromptMessage[] {
  return roundMessages({ content: '', calls: steps.filter(({ before }) => before).map(callOf) });
}

/** Providers take no longer id of a call. */
const MOST_ID_CHARACTERS = 40;

/** A call that the caller brought, with what came of it. */
export function callMessages(
  { call_id: callId, name, arguments: written }: NonNullable<Item['call']>,
  answer: string,
): PromptMessage[] {
  const call = { id: callId.slice(0, MOST_ID_CHARACTERS), name, arguments: written, answer };
  return roundMessages({ content: '', calls: [call] });
}

/** The id that its model gave it is unique within its round alone; some providers take no long ones. */
export function callOf({
  id,
  name,
  called = name,
  arguments: written,
  result,
}: StoredStep): AnsweredRound['calls'][number] {
  const [turn = '', step] = id.split('.');
  return { id: `call_${turn.slice(0, 8)}_${step}`, name: called, arguments: written, answer: result };
}

/** The tokens of an answer, and of all that is sent because of it. */
export function countAnswer(answer: Answer, count: (text: string) => Promise<TokenCount>): Promise<TokenCount> {
  return countMessages([...settledMessages(answer), ...answerMessages(answer)], count);
}

/** The tokens of messages that stand for one text, beside what that costs as a message of its own. */
export async function countMessages(
  messages: readonly PromptMessage[],
  count: (text: string) => Promise<TokenCount>,
): Promise<TokenCount> {
  const counts = await Promise.all(messages.map((message) => countMessage(message, count)));
  const beside = Math.max(messages.length - 1, 0) * TOKENS_PER_MESSAGE;
  return {
    tokens: counts.reduce((sum, { tokens }) => sum + tokens, beside),
    exact: counts.every(({ exact }) => exact),
  };
}

async function countMessage(message: PromptMessage, count: (text: string) => Promise<TokenCount>): Promise<TokenCount> {
  if (!('calls' in message)) return count(message.content);
  const texts = [message.content, ...message.calls.flatMap(({ name, arguments: written }) => [name, written])];
  const counts = await Promise.all(texts.map((text) => count(text)));
  return {
    tokens: counts.reduce((sum, { tokens }) => sum + tokens, message.calls.length * TOKENS_PER_CALL),
    exact: counts.every(({ exact }) => exact),
  };
}
