import { app } from '@azure/functions';
import { deleteSession } from '../shared/http/delete-session.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { sessionIdOf } from '../shared/http/requests.ts';

/** DELETE /chat/history/{session_id}: forgets the session, also when it was forgotten before. */
app.http('delete', {
  methods: ['DELETE'],
  route: 'chat/history/{session_id}',
  ...endpoint(async (call) => {
    const id = sessionIdOf(call.request.params['session_id']);
    if (id !== undefined) await deleteSession(call, id);
    return { status: 204 };
  }),
});
