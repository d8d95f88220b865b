import { app } from '@azure/functions';
import { endpoint } from '../shared/http/endpoint.ts';
import { sessionIdOf } from '../shared/http/requests.ts';

/** DELETE /chat/history/{session_id}: forgets the session, also when it was forgotten before. */
app.http('delete', {
  methods: ['DELETE'],
  route: 'chat/history/{session_id}',
  ...endpoint(async ({ request, caller, requestId, services }) => {
    const { audit, store } = services;
    const id = sessionIdOf(request.params['session_id']);
    if (id === undefined) return { status: 204 };
    const record = { event: 'session-deleted', owner: caller.owner, request_id: requestId, session_id: id } as const;
    await audit.recorded(record, () => store.delete(caller.owner, id));
    return { status: 204 };
  }),
});
