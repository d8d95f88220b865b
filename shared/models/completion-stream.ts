import { Failure } from '../conversation/failure.ts';
import type { Tell, ToolCall, Usage } from '../conversation/ports/model.ts';
import { Reason } from '../conversation/reason.ts';
import type { Ending } from './ending.ts';
import type { Answer } from './exchange.ts';
import { HeardSources } from './heard-sources.ts';
import { DONE, readEvents } from './read-events.ts';
import type { SaidSources } from './read-sources.ts';
import { broken, failureOfThrown, isRefusal } from './upstream-failure.ts';

/** Far more than any answer that a model gives. */
const MAX_ANSWER_CHARACTERS = 4_194_304;

/** For how long the usage is waited for, which is all that comes after an ending. */
const USAGE_MS = 2000;

/** What one event of an upstream means. */
export interface Said {
  text?: string | undefined;
  ending?: Ending | undefined;
  usage?: Usage | undefined;
  sources?: SaidSources | undefined;
  /** Characters of calls that are on their way. */
  calling?: number | undefined;
  /** A call that is whole, as some upstreams send them. */
  call?: ToolCall | undefined;
  thought?: object | undefined;
  /** Whether it shows that the model is at it: by text, or by thoughts that are not told. */
  isProgress?: boolean | undefined;
}

export interface UpstreamCall {
  /** Sends the request. */
  open: (signal: AbortSignal) => Promise<Answer>;
  /** @throws {Failure} for an event that is an error. */
  read: (event: Record<string, unknown>) => Said;
  /** Calls that came in pieces, once the answer has ended. */
  calls?: () => readonly ToolCall[];
}

interface Upstream {
  /** The longest wait for the first progress, and for more of it. */
  timeoutMs: number;
  tokenScope: string;
}

/**
 * One call of a model whose answer is a stream of server-sent events, whichever dialect it speaks.
 *
 * @throws {Failure} as `Model.stream` says
 */
export async function streamCompletion(
  { timeoutMs, tokenScope }: Upstream,
  { open, read, calls = () => [] }: UpstreamCall,
  signal: AbortSignal,
  tell: Tell,
): Promise<void> {
  signal.throwIfAborted();
  // One for both ways to end the call: a composite signal costs more than the rest of it.
  const ended = new AbortController();
  const end = () => ended.abort(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  let isSilent = false;
  // Comments and empty events are no progress, and wind no timer up again.
  const fallSilent = () => {
    isSilent = true;
    ended.abort();
  };
  let timer = setTimeout(fallSilent, timeoutMs);
  let isTaken = false;
  let wasAlive = false;
  let ending: Ending | undefined;
  let length = 0;
  let heldBack = '';
  const sources = new HeardSources();
  const called: ToolCall[] = [];
  const isAnswer = () => ending !== undefined && (ending !== 'other' || length > 0);
  try {
    tell({ type: 'asked' });
    const answer = await Promise.race([open(ended.signal), abortOf(ended.signal)]);
    isTaken = true;
    await readEvents(answer, (event) => {
      const said: Said = event === DONE ? { ending: 'other' } : read(event);
      if (said.usage) tell({ type: 'billed', usage: said.usage });
      if (said.sources) sources.hear(said.sources);
      if (ending === undefined && said.ending !== undefined) {
        ending = said.ending;
        clearTimeout(timer);
        timer = setTimeout(fallSilent, USAGE_MS);
      }
      if (ending instanceof Failure) {
        if (said.usage) throw ending;
        return;
      }
      length += (said.text?.length ?? 0) + (said.calling ?? 0);
      if (length > MAX_ANSWER_CHARACTERS) throw broken({ cause: new Reason('the answer has no end') });
      if (said.thought) tell({ type: 'thought', thought: said.thought });
      if (said.call) called.push(said.call);
      if (said.text) {
        const [text, rest] = wellFormed(heldBack + said.text);
        heldBack = rest;
        if (text !== '') tell({ type: 'delta', text });
      }
      if (!said.isProgress) return;
      wasAlive = true;
      timer.refresh();
    });
    if (ending instanceof Failure) throw ending;
    if (!isAnswer()) throw broken({ cause: new Reason('the stream ended before the answer did') });
  } catch (error) {
    if (!isTaken && isRefusal(error)) tell({ type: 'refused' });
    // What was filtered is not kept because a caller stops it as well.
    if (ending instanceof Failure) throw ending;
    if (signal.aborted) throw signal.reason;
    if (error instanceof Failure) throw error;
    // An answer that has ended is whole, whatever becomes of the connection.
    if (!isAnswer()) {
      if (!isSilent) throw failureOfThrown(error, tokenScope);
      throw new Failure('model-timeout', 'The model was silent for too long.', { cause: error, wasAlive });
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
  if (heldBack !== '') tell({ type: 'delta', text: heldBack.toWellFormed() });
  // Of an answer that was cut the last call may be cut as well.
  if (ending !== 'length') called.push(...calls());
  else called.length = 0;
  for (const call of called) tell({ type: 'called', call });
  const finishReason = called.length > 0 ? 'calls' : ending === 'length' ? 'length' : 'stop';
  tell({ type: 'end', finishReason, ...(sources.all.length > 0 && { sources: sources.all }) });
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
