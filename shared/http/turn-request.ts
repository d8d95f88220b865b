import { Failure } from '../conversation/failure.ts';
import type { TurnRequest } from '../conversation/turn-request.ts';
import type { Call } from './endpoint.ts';
import { readJson } from './read-json.ts';
import { check, idempotencyKeyOf, sessionIdOf } from './requests.ts';
import type { chatBody, streamBody, TurnBody } from './turn-bodies.ts';

/** No turn, and no session, has this id: it stands for one that can be none of ours. */
const NOTHING = '00000000-0000-0000-0000-000000000000';

/**
 * Reads and checks a request for a turn.
 *
 * @throws {Failure} whatever is wrong with it; nothing was stored or counted.
 */
export async function readTurnRequest(
  { request, requestId, traceparent, caller, services }: Call,
  schema: typeof chatBody | typeof streamBody,
): Promise<TurnRequest> {
  const key = idempotencyKeyOf(request.headers);
  const body: TurnBody = check(schema, await readJson(request, services.settings.maxBodyBytes));
  checkLength(body.message, services.settings.maxMessageCharacters);
  const { message, approve, assistant, fork, temporary = false } = body;
  const sessionId = sessionIdOf(body.session_id);
  const after = typeof body.after === 'string' ? (sessionIdOf(body.after) ?? NOTHING) : body.after;
  const asked = [...(temporary ? [{ temporary }] : []), ...(approve ? [{ approve }] : [])];
  const place = [...(after === undefined ? [] : [after, fork ?? false]), ...asked];
  const fingerprint = JSON.stringify([message, sessionId ?? null, assistant ?? null, ...place]);
  return {
    requestId,
    traceparent,
    message,
    approve,
    // One that is gone has left nothing to decide on.
    mustExist: approve !== undefined,
    sessionId: sessionId ?? (approve && NOTHING),
    after,
    fork: fork === true ? 'yes' : 'no',
    isTemporary: temporary,
    isTitled: services.settings.sessionTitles === 'model',
    assistant,
    idempotency:
      key === undefined
        ? undefined
        : { key: services.hash('key', caller.owner, key), fingerprint: services.hash('request', fingerprint) },
  };
}

/** Characters are code points: what a person counts as one may be more, never less. */
export function checkLength(message: string, most: number): void {
  if (message.length <= most) return;
  const length = Array.from(message).length;
  if (length <= most) return;
  const detail = `The message has ${length} characters; at most ${most} are taken.`;
  throw new Failure('message-too-long', detail, { errors: [{ field: 'message', detail }] });
}
