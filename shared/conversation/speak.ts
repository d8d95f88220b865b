import type { Assistant } from './assistant.ts';
import type { FinishReason } from './events.ts';
import { codeOf } from './failure.ts';
import type { EarlyEnd, HeldLease } from './held-lease.ts';
import type { CompletionEvent, CompletionOptions, Model, ToolCall } from './ports/model.ts';
import type { Source } from './ports/source.ts';
import type { Prompt } from './prompt.ts';
import type { Spending } from './spending.ts';

export const TEMPERATURE = 0.7;

/** What the model said in one round. */
export interface SpokenRound {
  /** What it was asked with in the end. */
  prompt: Prompt;
  content: string;
  /** What it wants to be done before it goes on. */
  calls: ToolCall[];
  thoughts: object[];
  finishReason: FinishReason;
  /** The name of the model that answered, where it said so. */
  model: string | undefined;
  /** What the answer cites, where it was said to its end. */
  sources: Source[] | undefined;
}

/**
 * Asks the model and tells what it says, until it is done, or calls tools, or the lease's signal ends the turn early. A
 * prompt that it finds too long is made shorter, so that no conversation is dead for ever because the model counts
 * otherwise.
 *
 * @param spending hears all that the model says, so that its cost is known however the turn ends
 * @throws {Failure} of the model, or of the lease
 */
export async function speak(
  model: Model,
  assistant: Assistant,
  prompt: Prompt,
  options: Omit<CompletionOptions, 'temperature'> & { temperature: number | undefined },
  lease: HeldLease,
  spending: Spending,
  say: (token: string) => void,
): Promise<SpokenRound> {
  let finishReason: FinishReason = 'stop';
  let answeredBy: string | undefined;
  let sources: Source[] | undefined;
  const calls: ToolCall[] = [];
  const thoughts: object[] = [];
  const completion = {
    ...options,
    temperature: options.temperature ?? assistant.temperature ?? TEMPERATURE,
  };
  const hear = (event: CompletionEvent) => {
    spending.hear(event);
    if (event.type === 'delta') say(event.text);
    else if (event.type === 'asked') thoughts.length = 0;
    else if (event.type === 'called') calls.push(event.call);
    else if (event.type === 'thought') thoughts.push(event.thought);
    else if (event.type === 'end') {
      if (event.finishReason !== 'calls') finishReason = event.finishReason;
      // What is cut, or was not asked for, calls nothing.
      if (event.finishReason !== 'calls' || options.tools === undefined) calls.length = 0;
      ({ model: answeredBy, sources } = event);
    }
  };
  try {
    lease.signal.throwIfAborted();
    await model.stream(prompt.messages, completion, lease.signal, hear);
  } catch (error) {
    const shorter = spending.said === '' && codeOf(error) === 'context-too-long' ? prompt.shorter() : undefined;
    if (shorter !== undefined) return speak(model, assistant, shorter, options, lease, spending, say);
    if (!isEarlyEnd(error)) throw error;
    finishReason = error;
    calls.length = 0;
  }
  return { prompt, content: spending.said, calls, thoughts, finishReason, model: answeredBy, sources };
}

export function isEarlyEnd(error: unknown): error is EarlyEnd {
  return error === 'stopped' || error === 'deadline';
}
