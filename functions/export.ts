import { app } from '@azure/functions';
import { exportSessions } from '../shared/conversation/export-sessions.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { linesResponse } from '../shared/http/lines-response.ts';
import { outgoing } from '../shared/http/outgoing.ts';
import { RunningReads } from '../shared/http/running-reads.ts';

const running = new RunningReads({ what: 'exports', ofOwner: 1, altogether: 4, retryAfterSeconds: 10 });

/** GET /chat/export: all that is the caller's, one session a line. */
app.http('export', {
  methods: ['GET'],
  route: 'chat/export',
  ...endpoint(async ({ caller, requestId, services, log }) => {
    const { audit, store } = services;
    const record = { event: 'exported', owner: caller.owner, request_id: requestId, session_id: null } as const;
    const lines = audit.recordedLines(record, exportSessions(store, caller.owner));
    return linesResponse(running.lines(caller.owner, lines), log, outgoing(requestId));
  }),
});
