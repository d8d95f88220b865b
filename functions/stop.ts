import { app } from '@azure/functions';
import { endpoint } from '../shared/http/endpoint.ts';
import { readJson } from '../shared/http/read-json.ts';
import { check, sessionIdOf, stopBody } from '../shared/http/requests.ts';

/** POST /chat/stop: asks the session's running turn (only `turn_id`, where that is given) to stop, wherever it runs. */
app.http('stop', {
  methods: ['POST'],
  route: 'chat/stop',
  ...endpoint(async ({ request, caller, services }) => {
    const body = check(stopBody, await readJson(request, services.settings.maxBodyBytes));
    const [id, turnId] = [sessionIdOf(body.session_id), sessionIdOf(body.turn_id)];
    const isUnknown = id === undefined || (body.turn_id !== undefined && turnId === undefined);
    const stopping = !isUnknown && (await services.store.stop(caller.owner, id, turnId));
    return { jsonBody: { stopping } };
  }),
});
