import { Failure } from '../../shared/conversation/failure.ts';
import type {
  CompletionEvent,
  CompletionOptions,
  Model,
  PromptMessage,
  TextMessage,
  ToolCall,
  Usage,
} from '../../shared/conversation/ports/model.ts';
import { Ready } from '../../shared/conversation/ready.ts';

export interface Heard {
  deltas: string[];
  text: string;
  ends: (Extract<CompletionEvent, { type: 'end' }> & { usage: Usage | undefined })[];
  /** The other events: what is paid for. */
  calls: ('asked' | 'refused' | 'billed')[];
  /** What the model calls, and what it hands over to be handed back. */
  called: ToolCall[];
  thoughts: object[];
  /** What was thrown, where something was. */
  thrown: unknown;
}

export const question: TextMessage[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'How are you?' },
];

const usual = { maxOutputTokens: 500, temperature: 0.7 };

interface Asked extends Partial<CompletionOptions> {
  messages?: PromptMessage[];
  signal?: AbortSignal;
}

/** Asks a model, and collects what it says up to the end or a failure. */
export async function hear(model: Model, asked: Asked = {}): Promise<Heard> {
  const heard: Heard = { deltas: [], text: '', ends: [], calls: [], called: [], thoughts: [], thrown: undefined };
  let usage: Usage | undefined;
  try {
    const { messages = question, signal = new AbortController().signal, ...options } = asked;
    await model.stream(messages, { ...usual, ...options }, signal, (event) => {
      if (event.type === 'end') heard.ends.push({ ...event, usage });
      else if (event.type === 'delta') heard.deltas.push(event.text);
      else if (event.type === 'called') heard.called.push(event.call);
      else if (event.type === 'thought') heard.thoughts.push(event.thought);
      else heard.calls.push(event.type);
      if (event.type === 'billed') usage = event.usage;
    });
  } catch (error) {
    heard.thrown = error;
  }
  heard.text = heard.deltas.join('');
  return heard;
}

/** Asks a model for one who reads its events one by one, and stops it where he leaves before they end. */
export async function* ask(model: Model, asked: Asked = {}): AsyncGenerator<CompletionEvent> {
  const { messages = question, signal = new AbortController().signal, ...options } = asked;
  const left = new AbortController();
  const events = new Ready<CompletionEvent>();
  const either = AbortSignal.any([signal, left.signal]);
  const stream = model.stream(messages, { ...usual, ...options }, either, (event) => events.push(event));
  const isOver = () => events.end();
  stream.then(isOver, isOver);
  try {
    for await (const some of events) yield* some;
    await stream;
  } finally {
    left.abort('the reader left');
  }
}

/** The failure that a model ends with. */
export async function failureOf(model: Model, asked: Asked = {}): Promise<Failure> {
  const { thrown } = await hear(model, asked);
  if (thrown instanceof Failure) return thrown;
  throw new Error('no Failure was thrown', { cause: thrown });
}
