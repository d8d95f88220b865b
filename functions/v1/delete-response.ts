import { app } from '@azure/functions';
import { apiEndpoint } from '../../shared/http/v1/api-endpoint.ts';
import { refused } from '../../shared/http/v1/api-failure.ts';

/** DELETE /v1/responses/{response_id}: a turn is part of its conversation, and goes with it. */
app.http('v1-delete-response', {
  methods: ['DELETE'],
  route: 'v1/responses/{response_id}',
  ...apiEndpoint(async () => {
    throw refused('not_supported', 'response_id', 'A response is part of its conversation: delete that.');
  }),
});
