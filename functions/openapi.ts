import { app } from '@azure/functions';
import contract from '../openapi.yaml';
import { publicEndpoint } from '../shared/http/endpoint.ts';

/** GET /openapi.yaml: the contract. */
app.http('openapi', {
  methods: ['GET'],
  route: 'openapi.yaml',
  ...publicEndpoint(async () => ({ headers: { 'Content-Type': 'application/yaml' }, body: contract })),
});
