import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, type FailureCode } from '../conversation/failure.ts';
import { Breaker } from './breaker.ts';
import type { CompletionEvent, CompletionOptions, Model, PromptMessage } from './model.ts';

const ATTEMPTS = 3;
/** The first wait is up to this, each further one up to double the one before. */
const FIRST_WAIT_MS = 500;

const RETRYABLE = new Set<FailureCode>(['model-busy', 'model-failed', 'model-timeout']);

interface Candidate {
  model: Model;
  breaker: Breaker;
}

interface RetryingSeams {
  random?: () => number;
  now?: () => number;
}

/**
 * A model that tries again, before the first token only: at most 3 calls, on the first deployment that is not known to
 * be dead or busy. After a failure the next deployment is asked at once; where there is none, the same one after a
 * jittered wait, or as long as it said. A wait that does not fit into the turn is not begun: the failure is passed on.
 *
 * @param deployments in order of preference; at least one
 */
export function retrying(
  deployments: readonly [Model, ...Model[]],
  { random = Math.random, now = () => performance.now() }: RetryingSeams = {},
): Model {
  const [preferred, ...others] = deployments.map((model) => ({ model, breaker: new Breaker(now) })) as [
    Candidate,
    ...Candidate[],
  ];
  const candidates = [preferred, ...others];

  async function* stream(
    messages: PromptMessage[],
    options: CompletionOptions,
    signal: AbortSignal,
  ): AsyncGenerator<CompletionEvent> {
    const tried = new Set<Model>();
    /** When the first of those that were tried will answer again, as they said. */
    let soonest = Number.POSITIVE_INFINITY;
    for (let attempt = 1; ; attempt += 1) {
      const { model, breaker } =
        candidates.find(({ model, breaker }) => !tried.has(model) && breaker.admits()) ?? preferred;
      let hasSpoken = false;
      try {
        for await (const event of model.stream(messages, options, signal)) {
          hasSpoken ||= event.type === 'delta';
          // The reader may stop reading at the end.
          if (event.type === 'end') breaker.succeeded();
          yield event.type === 'end' ? { ...event, model: model.name } : event;
        }
        return;
      } catch (error) {
        // A caller's reason may be a failure too.
        if (signal.aborted || !(error instanceof Failure) || !RETRYABLE.has(error.code)) throw error;
        breaker.failed(error.retryAfterSeconds);
        tried.add(model);
        soonest = Math.min(soonest, now() + (error.retryAfterSeconds ?? 0) * 1000);
        if (hasSpoken || attempt === ATTEMPTS) throw error;
        if (candidates.some((each) => !tried.has(each.model) && !each.breaker.isOpen)) continue;
        const backoff = FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + random() / 2);
        const wait = Math.max(backoff, soonest - now());
        if (now() + wait >= (options.giveUpAt ?? Number.POSITIVE_INFINITY)) throw error;
        await sleep(wait, undefined, { signal }).catch(() => signal.throwIfAborted());
        tried.clear();
        soonest = Number.POSITIVE_INFINITY;
      }
    }
  }

  return { name: preferred.model.name, stream };
}
