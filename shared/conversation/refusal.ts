import { Failure } from './failure.ts';
import type { Limited } from './limits.ts';
import type { BeginResult, Offer } from './ports/turn-steps.ts';

type Refused = Exclude<BeginResult, { outcome: 'begun' | 'repeated' }>;

/** How a turn that the store did not begin is told to the caller. */
export function refusal(refused: Refused, messageTokens: number, offers: ReadonlyMap<string, Offer>): Failure {
  switch (refused.outcome) {
    case 'busy':
      return busy();
    case 'gone':
      return new Failure('session-not-found', 'The session of this turn is gone.');
    case 'in-doubt':
      return new Failure(refused.failed.code, refused.failed.detail, { requestId: refused.failed.request_id });
    case 'key-reused':
      return new Failure('idempotency-key-reused', 'The Idempotency-Key was used for another turn within 24 hours.');
    case 'other-assistant': {
      const detail = `The session talks to the assistant "${refused.assistant}", which is fixed at its first turn.`;
      return new Failure('invalid-request', detail, { errors: [{ field: 'assistant', detail }] });
    }
    case 'unknown-assistant': {
      const detail = `There is no such assistant; there are: ${[...offers.keys()].join(', ')}.`;
      return new Failure('unknown-assistant', detail, { errors: [{ field: 'assistant', detail }] });
    }
    case 'not-temporary': {
      const detail = 'The session is not temporary, which is fixed at its first turn.';
      return new Failure('invalid-request', detail, { errors: [{ field: 'temporary', detail }] });
    }
    case 'unknown-session':
      return new Failure('session-not-found', 'There is no such session.');
    case 'not-open': {
      const { id: stepId, awaits } = refused.step;
      const field = awaits === 'approval' ? 'approve' : 'outputs';
      const detail = `The session has no such call that waits for an ${awaits}.`;
      return new Failure('invalid-request', detail, { errors: [{ field, detail }], stepId });
    }
    case 'without-output': {
      const detail = 'A call waits for its output.';
      return new Failure('invalid-request', detail, { errors: [{ field: 'message', detail }], stepId: refused.stepId });
    }
    case 'unknown-turn': {
      const detail = 'The session has no such turn.';
      return new Failure('invalid-request', detail, { errors: [{ field: 'after', detail }] });
    }
    case 'moved': {
      const { lastTurnId } = refused;
      return new Failure('session-moved', 'Another turn came after the one that was named.', { lastTurnId });
    }
    case 'limited':
      return limited(refused);
    case 'too-long': {
      const detail = `The message has ${messageTokens} tokens; ${offers.get(refused.assistant)?.room} fit beside the system prompt.`;
      return new Failure('message-too-long', detail, { errors: [{ field: 'message', detail }] });
    }
  }
}

export function busy(): Failure {
  return new Failure('session-busy', 'The session is answering another message.', { retryAfterSeconds: 1 });
}

export function limited({ by, retryAfterSeconds, limits }: Limited): Failure {
  const code = by === 'requests' ? 'rate-limited' : 'token-limit-exceeded';
  const state = limits.find(({ name }) => name === by);
  const detail = `At most ${state?.quota} ${by === 'requests' ? 'requests' : 'tokens'} in ${state?.window} seconds.`;
  return new Failure(code, detail, { retryAfterSeconds, limits });
}
