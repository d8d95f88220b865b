import { app } from '@azure/functions';
import contract from '../../openapi.v1.yaml';
import { publicEndpoint } from '../../shared/http/endpoint.ts';

/** GET /openapi.v1.yaml: the contract of what is under /v1. */
app.http('v1-openapi', {
  methods: ['GET'],
  route: 'openapi.v1.yaml',
  ...publicEndpoint(async () => ({ headers: { 'Content-Type': 'application/yaml' }, body: contract })),
});
