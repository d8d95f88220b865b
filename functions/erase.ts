import { app } from '@azure/functions';
import { endpoint } from '../shared/http/endpoint.ts';

/** DELETE /chat/sessions: erases all that is the caller's. */
app.http('erase', {
  methods: ['DELETE'],
  route: 'chat/sessions',
  ...endpoint(async ({ caller, requestId, services }) => {
    const { audit, store } = services;
    const record = { event: 'all-deleted', owner: caller.owner, request_id: requestId, session_id: null } as const;
    await audit.recorded(record, () => store.erase(caller.owner));
    return { status: 204 };
  }),
});
