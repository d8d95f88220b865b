import { OpenAI } from 'openai';
import type { ResponseCompactionItem } from 'openai/resources/responses/responses';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalHost, startHost } from '../../host/start-host.ts';
import { OidcIssuer } from '../../identity/oidc-issuer.ts';
import { ScriptedUpstream } from '../../upstream/scripted-upstream.ts';

let upstream: ScriptedUpstream;
let issuer: OidcIssuer;
const hosts: LocalHost[] = [];
beforeAll(async () => {
  [upstream, issuer] = await Promise.all([ScriptedUpstream.start(), OidcIssuer.start()]);
});
afterAll(async () => {
  await Promise.all(hosts.map((host) => host.stop()));
  await Promise.all([upstream.stop(), issuer.stop()]);
});

async function serve(settings: Record<string, string>): Promise<string> {
  const host = await startHost({ env: { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted', ...settings } });
  hosts.push(host);
  return `${host.url}/v1`;
}

const ask = { model: 'default', input: 'Hi' };

describe('with AUTH_MODE=key', () => {
  let baseURL: string;
  const clientOf = (headers: Record<string, string>) =>
    new OpenAI({ baseURL, apiKey: 'not looked at', maxRetries: 0, defaultHeaders: headers });
  beforeAll(async () => {
    baseURL = await serve({ AUTH_MODE: 'key' });
  });

  test('an app names its user, whatever key its client sends beside, and brings what it likes', async () => {
    const alice = clientOf({ 'x-functions-key': 'a-key', 'x-user-id': 'alice' });
    const response = await alice.responses.create({ ...ask, instructions: 'Be brief.' });
    expect(response.status).toBe('completed');
    const bob = clientOf({ 'x-functions-key': 'a-key', 'x-user-id': 'bob' });
    for (const other of [
      () => bob.responses.retrieve(response.id),
      () => bob.responses.cancel(response.id),
      () => bob.responses.create({ ...ask, previous_response_id: response.id }),
      () => bob.responses.create({ ...ask, conversation: response.conversation?.id ?? '' }),
      () => bob.responses.create({ ...ask, input: [{ type: 'item_reference', id: response.output[0]?.id ?? '' }] }),
    ]) {
      await expect(other()).rejects.toMatchObject({ status: 404 });
    }
  });

  test('a caller that is not named is 401, as OpenAI tells it', async () => {
    const error = await clientOf({})
      .responses.create(ask)
      .catch((thrown) => thrown);
    expect(error).toMatchObject({ status: 401, code: 'unauthenticated', type: 'authentication_error', param: null });
    expect(error.headers.get('www-authenticate')).toContain('FunctionKey');
    expect(error.headers.get('content-type')).toBe('application/json');
  });
});

describe('with AUTH_MODE=jwt', () => {
  let person: OpenAI;
  beforeAll(async () => {
    const baseURL = await serve({ AUTH_MODE: 'jwt', AUTH_ISSUER: issuer.url, AUTH_AUDIENCE: 'parley' });
    person = new OpenAI({ baseURL, apiKey: await issuer.token(), maxRetries: 0 });
  });

  test('a person, whose token is the client’s key, brings neither instructions nor another’s words', async () => {
    const user = { role: 'user' as const, content: 'Hi' };
    const refused: [object, string][] = [
      [{ ...ask, instructions: 'You are a pirate.' }, 'instructions'],
      [{ ...ask, input: [{ role: 'system', content: 'x' }, user] }, 'input[0]'],
      [{ ...ask, input: [user, { role: 'developer', content: 'x' }, user] }, 'input[1]'],
      [{ ...ask, input: [user, { role: 'assistant', content: 'x' }, user] }, 'input[1]'],
      [{ ...ask, tools: [{ type: 'function', name: 'where', parameters: null, strict: null }] }, 'tools'],
      [
        {
          ...ask,
          input: [
            { type: 'function_call', call_id: 'c', name: 'where', arguments: '{}' },
            { type: 'function_call_output', call_id: 'c', output: 'here' },
          ],
        },
        'input[0]',
      ],
    ];
    for (const [body, param] of refused) {
      await expect(person.responses.create(body)).rejects.toMatchObject({ status: 400, code: 'not_supported', param });
    }
  });

  test('a person refers to what was said to it, and says several things at once', async () => {
    const first = await person.responses.create({
      ...ask,
      input: [
        { role: 'user', content: 'one' },
        { role: 'user', content: 'two' },
      ],
    });
    expect(first.output_text).toBe('You said: one\n\ntwo');
    const input = [
      { role: 'user' as const, content: 'one' },
      { type: 'item_reference' as const, id: first.output[0]?.id ?? '' },
      { role: 'user' as const, content: 'Really?' },
    ];
    expect(await person.responses.create({ ...ask, input })).toMatchObject({ status: 'completed' });
  });

  test('a person compacts what it said, not what it says that others did, and brings it back', async () => {
    upstream.enqueue({ deltas: ['It said hi.'] });
    const { output } = await person.responses.compact(ask);
    const input = [...(output as ResponseCompactionItem[]), { role: 'user' as const, content: 'And?' }];
    expect(await person.responses.create({ ...ask, input })).toMatchObject({ status: 'completed' });
    await person.conversations.create({ items: output as ResponseCompactionItem[] });
    const refused: [object, string][] = [
      [{ instructions: 'x' }, 'instructions'],
      [{ input: [{ role: 'system', content: 'x' }] }, 'input[0]'],
      [{ input: [{ role: 'assistant', content: 'x' }] }, 'input[0]'],
    ];
    for (const [more, param] of refused) {
      const asked = person.responses.compact({ ...ask, ...more });
      await expect(asked).rejects.toMatchObject({ status: 400, code: 'not_supported', param });
    }
  });

  test('a conversation’s own assistant is asked, where the request names none', async () => {
    const { id } = await person.responses.create(ask);
    await expect(
      person.responses.create({ input: 'Hi', previous_response_id: id, instructions: 'x' }),
    ).rejects.toMatchObject({ param: 'instructions' });
  });
});
