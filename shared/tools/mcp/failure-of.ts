import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import { Refusal, SessionLost, TurnedAway } from './refusal.ts';

/** Codes of Node and of its `fetch` for a connection that was never made: nothing was sent. */
const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** 404 by the specification; servers that keep no table of old sessions find the request itself wrong. */
const SESSION_LOST = new Set([400, 404]);

/**
 * What is known of a call after an error. A status of 4xx says that the server, or who stands before it, has refused it;
 * 408 and 5xx may come from somebody on the way who lost the answer.
 *
 * @param hasSession the request named a session
 * @returns a `Refusal` where it was not made, or was answered; the error itself where nobody knows
 */
export function failureOf(error: unknown, hasSession: boolean): unknown {
  if (ProtocolError.isInstance(error)) return new Refusal(error.message || 'The tool failed.');
  if (SdkHttpError.isInstance(error)) {
    const { status = 0 } = error;
    const refused = `The server refused the call (HTTP ${status}).`;
    if (hasSession && SESSION_LOST.has(status)) return new SessionLost(refused);
    return status >= 400 && status < 500 && status !== 408 ? new TurnedAway(refused) : error;
  }
  if (SdkError.isInstance(error) && error.code === SdkErrorCode.UnsupportedResultType) {
    return new Refusal('The tool asks for input of a kind that cannot be given to it.');
  }
  return wasNeverConnected(error) ? new Refusal('The server could not be reached.') : error;
}

function wasNeverConnected(error: unknown): boolean {
  const { cause } = (error ?? {}) as { cause?: unknown };
  const { code, errors = [] } = (cause ?? {}) as { code?: unknown; errors?: { code?: unknown }[] };
  const codes = [code, ...errors.map((each) => each.code)].filter((each) => each !== undefined);
  return codes.length > 0 && codes.every((each) => NEVER_CONNECTED.has(String(each)) || isOfCertificate(String(each)));
}

/** Of a handshake that failed before anything was sent through it. */
function isOfCertificate(code: string): boolean {
  return /^(ERR_TLS_CERT_|CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_)/.test(code);
}
