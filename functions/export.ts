import { app } from '@azure/functions';
import { exportSessions } from '../shared/conversation/export-sessions.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { linesResponse } from '../shared/http/lines-response.ts';
import { outgoing } from '../shared/http/outgoing.ts';
import { RunningExports } from '../shared/http/running-exports.ts';

const running = new RunningExports();

/** GET /chat/export: all that is the caller's, one session a line. */
app.http('export', {
  methods: ['GET'],
  route: 'chat/export',
  ...endpoint(async ({ caller, requestId, services, log }) => {
    const { audit, store } = services;
    const record = { event: 'exported', owner: caller.owner, request_id: requestId, session_id: null } as const;
    const lines = audit.recordedLines(record, exportSessions(store, caller.owner));
    return linesResponse(running.admit(caller.owner, lines), log, outgoing(requestId));
  }),
});
