import type { Assistant } from './assistant.ts';
import type { FinishReason } from './events.ts';
import { codeOf, Failure } from './failure.ts';
import type { EarlyEnd, HeldLease } from './held-lease.ts';
import type { CompletionOptions, Model, Usage } from './ports/model.ts';
import type { Source } from './ports/source.ts';
import type { Prompt } from './prompt.ts';
import type { Spending } from './spending.ts';
import type { TurnAudit } from './turn-audit.ts';

export const TEMPERATURE = 0.7;

/** What the model said in a turn. */
export interface Spoken {
  /** What it was asked with in the end. */
  prompt: Prompt;
  /** The tokens that were told, joined. Empty only where the turn was stopped before the first. */
  content: string;
  finishReason: FinishReason;
  usage: Usage | undefined;
  /** The name of the model that answered, where it said so. */
  model: string | undefined;
  /** What the answer cites, where it was said to its end. */
  sources: Source[] | undefined;
}

/**
 * Asks the model and tells what it says, until it is done or the lease's signal ends the turn early. A prompt that it
 * finds too long is made shorter, so that no conversation is dead for ever because the model counts otherwise.
 *
 * @param spending hears all that the model says, so that its cost is known however the turn ends
 * @throws {Failure} of the model, or of the lease; `model-failed`, `model-timeout` or `output-limit-reached` where it
 *   said nothing at all.
 */
export async function speak(
  model: Model,
  assistant: Assistant,
  prompt: Prompt,
  options: Omit<CompletionOptions, 'temperature'> & { temperature: number | undefined },
  lease: HeldLease,
  audit: TurnAudit,
  spending: Spending,
  say: (token: string) => void,
): Promise<Spoken> {
  let finishReason: FinishReason = 'stop';
  let answeredBy: string | undefined;
  let sources: Source[] | undefined;
  const completion = {
    ...options,
    temperature: options.temperature ?? assistant.temperature ?? TEMPERATURE,
  };
  try {
    await model.stream(prompt.messages, completion, lease.signal, (event) => {
      spending.hear(event);
      if (event.type === 'end') {
        if (event.finishReason !== 'calls') finishReason = event.finishReason;
        ({ model: answeredBy, sources } = event);
      } else if (event.type === 'delta') {
        audit.firstTokenAt ??= performance.now();
        lease.say(event.text);
        say(event.text);
      }
    });
  } catch (error) {
    const shorter = spending.said === '' && codeOf(error) === 'context-too-long' ? prompt.shorter() : undefined;
    if (shorter !== undefined) return speak(model, assistant, shorter, options, lease, audit, spending, say);
    if (!isEarlyEnd(error)) throw error;
    finishReason = error;
  }
  const content = spending.said;
  if (content === '' && finishReason !== 'stopped') throw silence(finishReason);
  return { prompt, content, finishReason, usage: spending.usage, model: answeredBy, sources };
}

function isEarlyEnd(error: unknown): error is EarlyEnd {
  return error === 'stopped' || error === 'deadline';
}

/** An answer without a word is none. */
function silence(finishReason: FinishReason): Failure {
  if (finishReason === 'deadline') return new Failure('model-timeout', 'The model said nothing within the turn.');
  if (finishReason === 'length') {
    return new Failure('output-limit-reached', 'The model used all tokens of its answer before it said anything.');
  }
  return new Failure('model-failed', 'The model ended its answer before it said anything.');
}
