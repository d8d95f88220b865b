import type { BeginResult } from '../sessions/session-store.ts';
import { Failure } from './failure.ts';

type Refused = Exclude<BeginResult, { outcome: 'begun' | 'repeated' }>;

/** How a turn that the store did not begin is told to the caller. */
export function refusal(refused: Refused, messageTokens: number, room: Record<string, number>): Failure {
  switch (refused.outcome) {
    case 'busy':
      return new Failure('session-busy', 'The session is answering another message.', { retryAfterSeconds: 1 });
    case 'key-reused':
      return new Failure('idempotency-key-reused', 'The Idempotency-Key was used for another turn within 24 hours.');
    case 'other-assistant': {
      const detail = `The session talks to the assistant "${refused.assistant}", which is fixed at its first turn.`;
      return new Failure('invalid-request', detail, { errors: [{ field: 'assistant', detail }] });
    }
    case 'unknown-assistant': {
      const detail = `There is no such assistant; there are: ${Object.keys(room).join(', ')}.`;
      return new Failure('unknown-assistant', detail, { errors: [{ field: 'assistant', detail }] });
    }
    case 'too-long': {
      const detail = `The message has ${messageTokens} tokens; ${room[refused.assistant]} fit beside the system prompt.`;
      return new Failure('message-too-long', detail, { errors: [{ field: 'message', detail }] });
    }
  }
}
