import { app } from '@azure/functions';
import { apiEndpoint } from '../../shared/http/v1/api-endpoint.ts';
import { modelOf } from '../../shared/http/v1/model-object.ts';

/** GET /v1/models: the assistants on offer. */
app.http('v1-models', {
  methods: ['GET'],
  route: 'v1/models',
  ...apiEndpoint(async ({ services }) => {
    return { jsonBody: { object: 'list', data: [...services.assistants.values()].map(modelOf) } };
  }),
});
