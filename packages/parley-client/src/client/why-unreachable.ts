import { isOffline } from './online.ts';
import type { UnreachableReason } from './unreachable-error.ts';

/** How long a service that was never reached may take to show that it is there. */
const PROBE_MS = 1500;

/** The services that have answered this page. */
const reached = new Set<string>();

export function noteReached(baseUrl: string): void {
  reached.add(baseUrl);
}

/**
 * Browsers fail a request that never left, one that was cut off, and one whose answer this origin may not read in the very
 * same way. What tells them apart is a request whose answer nobody reads, which no service can refuse, beside one that
 * has to be allowed as turns have: both at once, at most 1.5 s.
 */
export async function whyUnreachable(baseUrl: string, send: typeof fetch): Promise<UnreachableReason> {
  if (reached.has(baseUrl) || isOwnOrigin(baseUrl) || isOffline()) return 'lost';
  const isAnswered = (init: RequestInit) =>
    send(`${baseUrl}/health`, { ...init, cache: 'no-store', signal: AbortSignal.timeout(PROBE_MS) }).then(
      () => true,
      () => false,
    );
  const [isAllowed, isThere] = await Promise.all([
    isAnswered({ headers: { 'Idempotency-Key': 'probe' } }),
    isAnswered({ mode: 'no-cors' }),
  ]);
  if (isAllowed) noteReached(baseUrl);
  return isAllowed ? 'lost' : isThere ? 'origin-refused' : 'never-reached';
}

/** The page itself came from there. */
function isOwnOrigin(baseUrl: string): boolean {
  const { location } = globalThis;
  return location !== undefined && new URL(baseUrl, location.href).origin === location.origin;
}
