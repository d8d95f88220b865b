import { app } from '@azure/functions';
import { apiEndpoint } from '../../shared/http/v1/api-endpoint.ts';
import { askedItems } from '../../shared/http/v1/asked-items.ts';
import { storedResponse } from '../../shared/http/v1/kept-response.ts';
import { listQueryOf, pageOfList } from '../../shared/http/v1/list.ts';

/** GET /v1/responses/{response_id}/input_items: a page of what the turn was asked. */
app.http('v1-input-items', {
  methods: ['GET'],
  route: 'v1/responses/{response_id}/input_items',
  ...apiEndpoint(async (call) => {
    const page = listQueryOf(call.request.query);
    const { sessionId, turn } = await storedResponse(call);
    return { jsonBody: pageOfList(askedItems(sessionId, turn.user, turn.answer), page) };
  }),
});
