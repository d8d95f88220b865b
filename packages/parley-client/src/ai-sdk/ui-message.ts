import { type DynamicToolUIPart, readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai';
import type { History, StoredMessage } from '../client/contract.ts';
import { type ShownAnswer, shownOf } from './shown-answers.ts';
import { Telling } from './telling.ts';

/** What is stored, as streams gave it: the same parts under the same ids. */
export async function messagesOf(history: History): Promise<UIMessage[]> {
  return await Promise.all(
    shownOf(history).map((shown) => ('events' in shown ? answerOf(shown) : questionOf(shown, history))),
  );
}

async function answerOf({ events, stored: { timestamp, feedback } }: ShownAnswer): Promise<UIMessage> {
  const telling = Telling.answer();
  const stream = new ReadableStream<UIMessageChunk>({
    start(controller) {
      for (const event of events) for (const chunk of telling.hear(event)) controller.enqueue(chunk);
      controller.close();
    },
  });
  let answer: UIMessage = { id: '', role: 'assistant', parts: [] };
  for await (const message of readUIMessageStream({ stream, terminateOnError: true })) answer = message;
  return { ...answer, metadata: { ...(answer.metadata as object), timestamp, ...(feedback && { feedback }) } };
}

function questionOf({ id, role, content, ...metadata }: StoredMessage, { session_id }: History): UIMessage {
  return { id, role, parts: [{ type: 'text', text: content }], metadata: { session_id, ...metadata } };
}

/** Also of answers that were streamed: of the last turn that an answer is of; of what nobody asked the service for there is none. */
export function turnIdOf({ metadata }: UIMessage): string | undefined {
  return (metadata as Partial<StoredMessage> | undefined)?.turn_id;
}

/** @throws where it holds more than text: the service would not be told of that */
export function textOf({ parts }: UIMessage): string {
  return parts
    .map((part) => {
      if (part.type !== 'text')
        throw new Error(`Parley takes text alone; this message has a part of type ${part.type}.`);
      return part.text;
    })
    .join('');
}

/** Ids of all calls that these messages have. */
export function callsOf(messages: readonly UIMessage[]): string[] {
  return messages.flatMap(({ parts }) => parts.filter(isCall).map(({ toolCallId }) => toolCallId));
}

/** The calls of a message that wait, by their ids: whether they are to be made, where their user has decided that. */
export function waitingOf({ parts }: UIMessage): Map<string, boolean | undefined> {
  const waiting = parts.filter(isCall).filter(({ state }) => /^approval-(requested|responded)$/.test(state));
  return new Map(waiting.map(({ toolCallId, approval }) => [toolCallId, approval?.approved]));
}

/** How many turns a message has that added something to what the one before them had said. */
export function nextStepsOf({ parts }: UIMessage): number {
  return parts.filter(({ type }) => type === 'step-start').length;
}

function isCall(part: UIMessage['parts'][number]): part is DynamicToolUIPart {
  return part.type === 'dynamic-tool';
}
