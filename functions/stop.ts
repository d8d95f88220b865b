import { app } from '@azure/functions';
import { endpoint } from '../shared/http/endpoint.ts';
import { readJson } from '../shared/http/read-json.ts';
import { check, sessionIdOf, stopBody } from '../shared/http/requests.ts';

/** POST /chat/stop: asks the session's running turn to stop, on whichever instance it runs. */
app.http('stop', {
  methods: ['POST'],
  route: 'chat/stop',
  ...endpoint(async ({ request, caller, services }) => {
    const body = check(stopBody, await readJson(request, services.settings.maxBodyBytes));
    const id = sessionIdOf(body.session_id);
    const stopping = id !== undefined && (await services.store.stop(caller.owner, id));
    return { jsonBody: { stopping } };
  }),
});
