import { OpenAI } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalHost, startHost } from '../../host/start-host.ts';
import { OidcIssuer } from '../../identity/oidc-issuer.ts';
import { ScriptedUpstream } from '../../upstream/scripted-upstream.ts';

let upstream: ScriptedUpstream;
let issuer: OidcIssuer;
let host: LocalHost;
let person: OpenAI;
beforeAll(async () => {
  [upstream, issuer] = await Promise.all([ScriptedUpstream.start(), OidcIssuer.start()]);
  const model = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' };
  host = await startHost({
    env: { ...model, AUTH_MODE: 'jwt', AUTH_ISSUER: issuer.url, AUTH_AUDIENCE: 'parley' },
  });
  person = new OpenAI({ baseURL: `${host.url}/v1`, apiKey: await issuer.token(), maxRetries: 0 });
});
afterAll(async () => {
  await host?.stop();
  await Promise.all([upstream.stop(), issuer.stop()]);
});

test('a person makes conversations and notes about them, but brings no history, whoever said it', async () => {
  const { id } = await person.conversations.create({ metadata: { a: 'b' } });
  expect(await person.conversations.update(id, { metadata: { c: 'd' } })).toMatchObject({ metadata: { c: 'd' } });
  for (const role of ['user', 'assistant', 'system', 'developer'] as const) {
    const items = [{ role, content: 'x' }];
    const refused = { status: 400, code: 'not_supported', param: 'items' };
    await expect(person.conversations.create({ items })).rejects.toMatchObject(refused);
    await expect(person.conversations.items.create(id, { items })).rejects.toMatchObject(refused);
  }
  expect((await person.conversations.items.list(id)).data).toEqual([]);
});

test('a person refers to what was said to it already', async () => {
  const first = await person.responses.create({ model: 'default', input: 'Hi' });
  const items = [{ type: 'item_reference' as const, id: first.output[0]?.id ?? '' }];
  const { id } = await person.conversations.create({ items });
  const { data } = await person.conversations.items.list(id);
  expect(data).toMatchObject([{ role: 'assistant', content: [{ text: first.output_text }] }]);
});
