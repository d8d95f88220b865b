import { app } from '@azure/functions';
import { editSession } from '../shared/http/edit-session.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { readJson } from '../shared/http/read-json.ts';
import { check, editBody, sessionIdOf } from '../shared/http/requests.ts';

/** PATCH /chat/history/{session_id}: gives the session another title, pins or unpins it. */
app.http('edit', {
  methods: ['PATCH'],
  route: 'chat/history/{session_id}',
  ...endpoint(async ({ request, caller, services }) => {
    const edit = check(editBody, await readJson(request, services.settings.maxBodyBytes));
    const session = await editSession(services.store, caller.owner, sessionIdOf(request.params['session_id']), edit);
    return { jsonBody: session };
  }),
});
