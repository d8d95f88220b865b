import type { FeedbackRecord } from './ports/audit-record.ts';
import type { RecordKeeper } from './ports/record-keeper.ts';
import type { SessionStore } from './ports/session-store.ts';
import type { Feedback } from './ports/stored.ts';
import type { TurnObserver } from './ports/turn-observer.ts';

interface RatingParts {
  store: SessionStore;
  audit: RecordKeeper;
  telemetry: TurnObserver;
}

interface RatingRequest {
  owner: string;
  requestId: string;
  traceparent: string | undefined;
  sessionId: string;
  turnId: string;
}

/**
 * Keeps what a caller thinks of a turn, and tells whoever watches, with whose answer it is of. False: there is no such
 * turn.
 */
export async function rateTurn(
  { store, audit, telemetry }: RatingParts,
  { owner, requestId, traceparent, sessionId, turnId }: RatingRequest,
  feedback: Feedback,
): Promise<boolean> {
  const rated = await store.rate(owner, sessionId, turnId, feedback);
  if (rated === undefined) return false;
  const { rating, reason = null, comment } = feedback;
  const record: FeedbackRecord = {
    event: 'feedback',
    owner,
    request_id: requestId,
    session_id: sessionId,
    turn_id: turnId,
    rating,
    reason,
    assistant: rated.assistant,
    prompt_version: rated.answeredBy?.prompt_version ?? null,
    model: rated.answeredBy?.model ?? null,
  };
  audit.note(record, { comment });
  telemetry.observeFeedback({ record, at: Date.now(), traceparent });
  return true;
}
