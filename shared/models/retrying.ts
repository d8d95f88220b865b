import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, type FailureCode } from '../conversation/failure.ts';
import type { CompletionOptions, Model, PromptMessage, Tell } from '../conversation/ports/model.ts';
import { Breaker } from './breaker.ts';

const ATTEMPTS = 3;
/** The first wait is up to this, each further one up to double the one before. */
const FIRST_WAIT_MS = 500;

/** A deployment that is busy for longer is not waited for: its caller is told. */
const MAX_WAIT_MS = 5000;

const RETRYABLE = new Set<FailureCode>(['model-busy', 'model-failed', 'model-timeout']);
/** What a deployment that lives says to some conversations. */
const ANSWERS = new Set<FailureCode>(['content-filtered', 'context-too-long']);

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
 * jittered wait, or as long as it said. A wait of more than 5 s, or that does not fit into the turn, is not begun: the
 * failure is passed on. So is the silence of a model that was at it, as each call is paid for.
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

  async function stream(
    messages: PromptMessage[],
    options: CompletionOptions,
    signal: AbortSignal,
    tell: Tell,
  ): Promise<void> {
    const tried = new Set<Model>();
    /** Of those that were tried the one that will answer first, as they said. */
    let soonest: { failure: Failure; at: number } | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const { model, breaker } =
        candidates.find(({ model, breaker }) => !tried.has(model) && breaker.admits()) ?? preferred;
      let hasSpoken = false;
      let isDecided = false;
      try {
        return await model.stream(messages, options, signal, (event) => {
          hasSpoken ||= event.type === 'delta';
          // The caller may stop it at any token.
          if (event.type === 'delta' || event.type === 'end') {
            breaker.succeeded();
            isDecided = true;
          }
          tell(event.type === 'end' ? { ...event, model: model.name } : event);
        });
      } catch (error) {
        // A caller's reason may be a failure too.
        if (signal.aborted || !(error instanceof Failure)) throw error;
        isDecided = true;
        if (ANSWERS.has(error.code)) breaker.succeeded();
        if (!RETRYABLE.has(error.code)) throw error;
        breaker.failed(error.retryAfterSeconds);
        if (hasSpoken || error.wasAlive) throw error;
        tried.add(model);
        const at = now() + (error.retryAfterSeconds ?? 0) * 1000;
        if (soonest === undefined || at <= Math.max(soonest.at, now())) soonest = { failure: error, at };
        if (attempt === ATTEMPTS) throw soonest.failure;
        if (candidates.some((each) => !tried.has(each.model) && !each.breaker.isOpen)) continue;
        const backoff = FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + random() / 2);
        const wait = Math.max(backoff, soonest.at - now());
        if (wait > MAX_WAIT_MS || now() + wait >= (options.giveUpAt ?? Number.POSITIVE_INFINITY)) throw soonest.failure;
        await sleep(wait, undefined, { signal }).catch(() => signal.throwIfAborted());
        tried.clear();
        soonest = undefined;
      } finally {
        // The caller stopped it.
        if (!isDecided) breaker.undecided();
      }
    }
  }

  return { name: preferred.model.name, stream };
}
