import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { reasonOf } from '../../shared/conversation/reason.ts';
import { createModel } from '../../shared/models/create-model.ts';
import { retrying } from '../../shared/models/retrying.ts';
import { entraIdentity } from '../../shared/platform/entra-identity.ts';
import { TokenEndpoint } from '../identity/token-endpoint.ts';
import { ownClock } from '../own-clock.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { deployment } from './deployment.ts';
import { failureOf, hear } from './hear.ts';

ownClock();

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(() => upstream.stop());

/** An adapter whose Entra tokens come from `token`. */
function withToken(token: () => Promise<string>, timeoutMs = 20_000) {
  const identity = { getToken: async () => ({ token: await token(), expiresOnTimestamp: Date.now() + 3_600_000 }) };
  return deployment('chat', upstream, { kind: 'azure', apiKey: undefined, identity, timeoutMs });
}

test('a token that cannot be had is internal, and the log says for which scope', async () => {
  const model = withToken(() => Promise.reject(new Error('CredentialUnavailableError: no identity 1234')));
  const failure = await failureOf(model);
  expect(failure.code).toBe('internal');
  expect(failure.message).not.toContain('1234');
  expect(reasonOf(failure)).toContain('https://ai.azure.com/.default');
});

test('a token that never comes is model-timeout', async () => {
  const never = () => new Promise<string>(() => {});
  expect((await failureOf(withToken(never, 50))).code).toBe('model-timeout');
});

test('a token request that hangs is given up for another, which the same turn and all later ones go on with', async () => {
  const endpoint = await TokenEndpoint.start({ hanging: 1 });
  for (const [name, value] of Object.entries(endpoint.env)) vi.stubEnv(name, value);
  const identity = entraIdentity(300);
  const model = retrying([deployment('chat', upstream, { kind: 'azure', apiKey: undefined, identity })]);
  try {
    expect((await hear(model)).text).toBe('You said: How are you?');
    expect((await hear(model)).text).toBe('You said: How are you?');
    expect(endpoint.asked).toBe(2);
  } finally {
    await endpoint.stop();
    vi.unstubAllEnvs();
  }
});

test('a caller that aborts does not wait for a token', async () => {
  const controller = new AbortController();
  const reason = new Error('the reader left');
  const heard = hear(
    withToken(() => new Promise<string>(() => controller.abort(reason))),
    { signal: controller.signal },
  );
  expect((await heard).thrown).toBe(reason);
});

test('the model of the settings asks its deployments in their order', async () => {
  upstream.requests.length = 0;
  upstream.enqueue({ status: 500 });
  const model = createModel(
    {
      kind: 'azure',
      api: 'responses',
      baseUrl: `${upstream.origin}/openai/v1/`,
      apiKey: 'the-key',
      tokenScope: 'https://ai.azure.com/.default',
      model: 'first',
      fallbackModels: ['second'],
    },
    { timeoutSeconds: 20 },
  );
  expect(model.name).toBe('azure:first');
  expect((await hear(model)).text).toBe('You said: How are you?');
  expect(upstream.requests.map(({ path, body }) => [path, body['model']])).toEqual([
    ['/openai/v1/responses', 'first'],
    ['/openai/v1/responses', 'second'],
  ]);
  expect(createModel({ kind: 'demo' }, { timeoutSeconds: 20 }).name).toBe('demo');
});
