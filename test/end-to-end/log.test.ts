import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { Client } from './client.ts';

let host: LocalHost;
let client: Client;
beforeAll(async () => {
  host = await startHost({
    env: { OPENAI_API_KEY: 'sk-secret', OPENAI_MODEL: 'm', OPENAI_BASE_URL: 'http://127.0.0.1:9' },
  });
  client = new Client(host.url);
});
afterAll(() => host.stop());

/** The lines of the log that are a request's. */
const lines = () => [...host.logs().matchAll(/\{"request":.*\}/g)].map(([line]) => JSON.parse(line));

test('every request has one line in the log, with its id, its turn, its code and its time, and no text or secret', async () => {
  const fine = await client.get('/chat/sessions');
  const missing = await client.get('/chat/history/none-of-ours');
  const failed = await client.post('/chat', { message: 'a text of mine\n{"request":"forged"}' });
  expect(failed.status).toBe(502);
  await eventually(() => lines().length >= 3);
  const of = (response: Response) => lines().filter(({ request }) => request === response.headers.get('x-request-id'));
  expect(of(fine)).toEqual([
    { request: expect.any(String), endpoint: 'sessions', status: 200, ms: expect.any(Number) },
  ]);
  expect(of(missing)).toMatchObject([{ endpoint: 'history', status: 404, code: 'session-not-found' }]);
  expect(of(failed)).toMatchObject([
    { endpoint: 'chat', status: 502, code: 'model-failed', turn: expect.stringMatching(/^[0-9a-f-]{36}$/) },
  ]);
  expect(lines()).toHaveLength(3);
  expect(host.logs()).not.toMatch(/text of mine|sk-secret|forged/);
});
