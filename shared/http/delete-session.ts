import type { Call } from './endpoint.ts';

/** Forgets a session, also when it was forgotten before, and leaves a record of that. */
export function deleteSession({ caller, requestId, services }: Call, session_id: string): Promise<void> {
  const { audit, store } = services;
  const record = { event: 'session-deleted', owner: caller.owner, request_id: requestId, session_id } as const;
  return audit.recorded(record, () => store.delete(caller.owner, session_id));
}
