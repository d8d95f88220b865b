import { Failure } from '../../shared/conversation/failure.ts';
import type {
  CompletionEvent,
  CompletionOptions,
  Model,
  PromptMessage,
  Usage,
} from '../../shared/conversation/ports/model.ts';

export interface Heard {
  deltas: string[];
  text: string;
  ends: (Extract<CompletionEvent, { type: 'end' }> & { usage: Usage | undefined })[];
  /** The other events: what is paid for. */
  calls: ('asked' | 'refused' | 'billed')[];
  /** What was thrown, where something was. */
  thrown: unknown;
}

export const question: PromptMessage[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'How are you?' },
];

interface Asked extends Partial<CompletionOptions> {
  messages?: PromptMessage[];
  signal?: AbortSignal;
}

/** Asks a model, and collects what it says up to the end or a failure. */
export async function hear(model: Model, asked: Asked = {}): Promise<Heard> {
  const heard: Heard = { deltas: [], text: '', ends: [], calls: [], thrown: undefined };
  let usage: Usage | undefined;
  try {
    for await (const event of ask(model, asked)) {
      if (event.type === 'end') heard.ends.push({ ...event, usage });
      else if (event.type === 'delta') heard.deltas.push(event.text);
      else heard.calls.push(event.type);
      if (event.type === 'billed') usage = event.usage;
    }
  } catch (error) {
    heard.thrown = error;
  }
  heard.text = heard.deltas.join('');
  return heard;
}

export function ask(model: Model, asked: Asked = {}): AsyncIterable<CompletionEvent> {
  const { messages = question, signal = new AbortController().signal, ...options } = asked;
  return model.stream(messages, { maxOutputTokens: 500, temperature: 0.7, ...options }, signal);
}

/** The failure that a model ends with. */
export async function failureOf(model: Model, asked: Asked = {}): Promise<Failure> {
  const { thrown } = await hear(model, asked);
  if (thrown instanceof Failure) return thrown;
  throw new Error('no Failure was thrown', { cause: thrown });
}
