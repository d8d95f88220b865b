import type { OpenAI } from 'openai';
import { Failure } from '../conversation/failure.ts';
import { Reason } from '../conversation/reason.ts';
import type { CompletionEvent, Usage } from './model.ts';
import { readEvents } from './read-events.ts';
import { broken, failureOfThrown } from './upstream-failure.ts';

/** Far more than any answer that a model gives. */
const MAX_ANSWER_CHARACTERS = 4_194_304;

/** What one event of an upstream means. */
export interface Said {
  text?: string | null | undefined;
  finishReason?: 'stop' | 'length' | undefined;
  usage?: Usage | undefined;
}

export interface UpstreamCall {
  /** Sends the request. */
  open: (client: OpenAI, signal: AbortSignal) => Promise<Response>;
  /** @throws {Failure} for an event that is an error. */
  read: (event: Record<string, unknown>) => Said;
}

interface Upstream {
  client: () => Promise<OpenAI>;
  /** The longest wait for the first text, and between texts. */
  timeoutMs: number;
  tokenScope: string;
}

/**
 * One call of a model whose answer is a stream of server-sent events, whichever dialect it speaks.
 *
 * @throws {Failure} as `Model.stream` says
 */
export async function* streamCompletion(
  { client, timeoutMs, tokenScope }: Upstream,
  { open, read }: UpstreamCall,
  signal: AbortSignal,
): AsyncGenerator<CompletionEvent> {
  signal.throwIfAborted();
  const silence = new AbortController();
  let isReading = true;
  // Comments and empty events are no progress: only text winds the timer up again. A reader that is slow is no silence.
  const timer = setTimeout(() => isReading && silence.abort(), timeoutMs);
  const either = AbortSignal.any([signal, silence.signal]);
  let finishReason: 'stop' | 'length' | undefined;
  let usage: Usage | undefined;
  let length = 0;
  let heldBack = '';
  try {
    const opened = client().then((openai) => open(openai, either));
    const response = await Promise.race([opened, abortOf(either)]);
    for await (const event of readEvents(response)) {
      const said = read(event);
      finishReason = said.finishReason ?? finishReason;
      usage = said.usage ?? usage;
      if (!said.text) continue;
      length += said.text.length;
      if (length > MAX_ANSWER_CHARACTERS) throw broken({ cause: new Reason('the answer has no end') });
      const [text, rest] = wellFormed(heldBack + said.text);
      heldBack = rest;
      isReading = false;
      if (text !== '') yield { type: 'delta', text };
      isReading = true;
      timer.refresh();
    }
    if (finishReason === undefined) throw broken({ cause: new Reason('the stream ended before the answer did') });
    if (heldBack !== '') yield { type: 'delta', text: heldBack.toWellFormed() };
    yield { type: 'end', finishReason, usage };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (silence.signal.aborted)
      throw new Failure('model-timeout', 'The model was silent for too long.', { cause: error });
    throw error instanceof Failure ? error : failureOfThrown(error, tokenScope);
  } finally {
    clearTimeout(timer);
  }
}

/** Rejects when the signal is aborted: whoever fetches the credentials does not know of it. */
function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** A text that is well-formed, and the half of a character at its end that the next text completes. */
function wellFormed(text: string): [string, string] {
  const last = text.charCodeAt(text.length - 1);
  const isHalf = last >= 0xd800 && last <= 0xdbff;
  return isHalf ? [text.slice(0, -1).toWellFormed(), text.slice(-1)] : [text.toWellFormed(), ''];
}
