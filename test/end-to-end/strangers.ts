import type { Client } from './client.ts';

export type Ask = (client: Client, sessionId: string, turnId: string) => Promise<Response>;

/** Every endpoint that takes the id of a session. */
export const endpoints: Record<string, Ask> = {
  'GET /chat/history/{id}': (client, id) => client.get(`/chat/history/${id}`),
  'GET /chat/history/{id}?before': (client, id, turn) => client.get(`/chat/history/${id}?before=${turn}-0`),
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
};

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;

/** All that a client is told, but for ids. */
export async function told(response: Response) {
  const headers = Object.fromEntries(
    [...response.headers].filter(([name]) => !['date', 'x-request-id', 'x-ms-invocation-id'].includes(name)),
  );
  return { status: response.status, headers, body: (await response.text()).replace(ID, 'ID') };
}
