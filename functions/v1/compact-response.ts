import { app } from '@azure/functions';
import { readJson } from '../../shared/http/read-json.ts';
import { apiEndpoint } from '../../shared/http/v1/api-endpoint.ts';
import { refused } from '../../shared/http/v1/api-failure.ts';

/** POST /v1/responses/compact: nothing is compacted yet, and nothing is made up. */
app.http('v1-compact-response', {
  methods: ['POST'],
  route: 'v1/responses/compact',
  ...apiEndpoint(async ({ request, services }) => {
    const { model } = await readJson(request, services.settings.maxBodyBytes);
    if (typeof model !== 'string') throw refused('missing_required_parameter', 'model', 'model is missing.');
    throw refused('not_supported', 'input', 'Compaction is not supported.');
  }),
});
