import { app } from '@azure/functions';
import { Failure } from '../../shared/conversation/failure.ts';
import { apiEndpoint } from '../../shared/http/v1/api-endpoint.ts';
import { modelOf } from '../../shared/http/v1/model-object.ts';

/** GET /v1/models/{model}: one of the assistants. */
app.http('v1-model', {
  methods: ['GET'],
  route: 'v1/models/{model}',
  ...apiEndpoint(async ({ request, services }) => {
    const assistant = services.assistants.get(request.params['model'] ?? '');
    if (assistant === undefined) throw new Failure('unknown-assistant', 'There is no such model.');
    return { jsonBody: modelOf(assistant) };
  }),
});
