import { expect } from 'vitest';
import type { Client } from './client.ts';

export type Ask = (client: Client, sessionId: string, turnId: string) => Promise<Response>;

/** Every endpoint that takes the id of a session. */
export const endpoints: Record<string, Ask> = {
  'GET /chat/history/{id}': (client, id) => client.get(`/chat/history/${id}`),
  'GET /chat/history/{id}?before': (client, id, turn) => client.get(`/chat/history/${id}?before=${turn}-0`),
  'PATCH /chat/history/{id}': (client, id) => client.patch(`/chat/history/${id}`, { title: 'Mine', pinned: true }),
  'DELETE /chat/history/{id}': (client, id) => client.delete(`/chat/history/${id}`),
  'GET /chat/stream/{id}': (client, id) => client.get(`/chat/stream/${id}`),
  'POST /chat/stop': (client, id) => client.post('/chat/stop', { session_id: id }),
  'POST /chat/feedback': (client, id, turn) =>
    client.post('/chat/feedback', { session_id: id, turn_id: turn, rating: 'up' }),
  'POST /chat': (client, id) => client.post('/chat', { session_id: id, message: 'Hi' }),
  'POST /chat/stream': (client, id) => client.post('/chat/stream', { session_id: id, message: 'Hi' }),
  'POST /chat, after': (client, id, turn) => client.post('/chat', { session_id: id, after: turn, message: 'Hi' }),
  'POST /chat, fork': (client, id, turn) =>
    client.post('/chat', { session_id: id, after: turn, fork: true, message: 'Hi' }),
  'GET /v1/conversations/{id}': (client, id) => client.get(conversation(id)),
  'POST /v1/conversations/{id}': (client, id) => client.post(conversation(id), { metadata: { a: 'b' } }),
  'DELETE /v1/conversations/{id}': (client, id) => client.delete(conversation(id)),
  'GET /v1/conversations/{id}/items': (client, id) => client.get(`${conversation(id)}/items`),
  'GET /v1/conversations/{id}/items?after': (client, id, turn) =>
    client.get(`${conversation(id)}/items?after=${item(id, turn)}`),
  'POST /v1/conversations/{id}/items': (client, id) =>
    client.post(`${conversation(id)}/items`, { items: [{ role: 'user', content: 'Hi' }] }),
  'GET /v1/conversations/{id}/items/{id}': (client, id, turn) =>
    client.get(`${conversation(id)}/items/${item(id, turn)}`),
  'DELETE /v1/conversations/{id}/items/{id}': (client, id, turn) =>
    client.delete(`${conversation(id)}/items/${item(id, turn)}`),
  'GET /v1/responses/{id}': (client, id, turn) => client.get(response(id, turn)),
  'GET /v1/responses/{id}?stream': (client, id, turn) => client.get(`${response(id, turn)}?stream=true`),
  'POST /v1/responses/{id}/cancel': (client, id, turn) => client.post(`${response(id, turn)}/cancel`, ''),
  'GET /v1/responses/{id}/input_items': (client, id, turn) => client.get(`${response(id, turn)}/input_items`),
  'POST /v1/responses after one': (client, id, turn) =>
    client.post('/v1/responses', {
      input: 'Hi',
      previous_response_id: response(id, turn).slice('/v1/responses/'.length),
    }),
  'POST /v1/responses in a conversation': (client, id) =>
    client.post('/v1/responses', { input: 'Hi', conversation: conversation(id).slice('/v1/conversations/'.length) }),
  'POST /v1/responses in a conversation, with instructions': (client, id) =>
    client.post('/v1/responses', {
      input: 'Hi',
      conversation: conversation(id).slice('/v1/conversations/'.length),
      instructions: 'Be brief.',
    }),
  'POST /v1/responses with a reference': (client, id, turn) =>
    client.post('/v1/responses', { input: [{ type: 'item_reference', id: item(id, turn) }] }),
  'POST /v1/conversations with a reference': (client, id, turn) =>
    client.post('/v1/conversations', { items: [{ type: 'item_reference', id: item(id, turn) }] }),
};

function conversation(id: string): string {
  return `/v1/conversations/conv_${id.replaceAll('-', '')}`;
}

function response(id: string, turn: string): string {
  return `/v1/responses/resp_${id}${turn}`.replaceAll('-', '');
}

function item(id: string, turn: string): string {
  return `msg_${id.replaceAll('-', '')}${turn.replaceAll('-', '')}0`;
}

const ID = /[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}/g;

/** A caller that is not known is told so, as each API tells it. */
export async function expectUnauthenticated(response: Response): Promise<void> {
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toContain('realm="parley"');
  const told = (await response.json()) as { error?: object };
  const problem = { status: 401, code: 'unauthenticated', retryable: false };
  const error = { type: 'authentication_error', code: 'unauthenticated', param: null };
  expect(told).toMatchObject(told.error ? { error } : problem);
}

export function withoutIds(text: string): string {
  return text.replace(ID, 'ID');
}

/** All that a client is told, but for ids. */
export async function told(response: Response) {
  const headers = Object.fromEntries(
    [...response.headers].filter(([name]) => !['date', 'x-request-id', 'x-ms-invocation-id'].includes(name)),
  );
  return { status: response.status, headers, body: withoutIds(await response.text()) };
}
