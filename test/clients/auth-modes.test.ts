import { createOpenAI } from '@ai-sdk/openai';
import { Agent, OpenAIProvider, Runner } from '@openai/agents';
import { generateText, type ModelMessage } from 'ai';
import { type ClientOptions, OpenAI } from 'openai';
import { afterAll, describe, expect, test } from 'vitest';
import { startHost } from '../host/start-host.ts';
import { startEasyAuth } from '../identity/easy-auth-front.ts';
import { OidcIssuer } from '../identity/oidc-issuer.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';

const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

async function serve(settings: Record<string, string>): Promise<string> {
  const upstream = await ScriptedUpstream.start();
  ends.push(() => upstream.stop());
  const host = await startHost({ env: { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted', ...settings } });
  ends.push(() => host.stop());
  return host.url;
}

/** What a client is told to be somebody. */
interface Pointed {
  url: string;
  apiKey: string;
  headers: Record<string, string>;
}

const modes: Record<string, () => Promise<Pointed>> = {
  async open() {
    return { url: await serve({ AUTH_MODE: 'open' }), apiKey: 'none', headers: {} };
  },
  async key() {
    const headers = { 'x-functions-key': 'a-key', 'x-user-id': 'alice' };
    return { url: await serve({ AUTH_MODE: 'key' }), apiKey: 'none', headers };
  },
  async jwt() {
    const issuer = await OidcIssuer.start();
    ends.push(() => issuer.stop());
    const url = await serve({ AUTH_MODE: 'jwt', AUTH_ISSUER: issuer.url, AUTH_AUDIENCE: 'parley' });
    return { url, apiKey: await issuer.token(), headers: {} };
  },
  async easyauth() {
    const front = await startEasyAuth(await serve({ AUTH_MODE: 'easyauth', WEBSITE_AUTH_ENABLED: 'True' }));
    ends.push(() => front.stop());
    return { url: front.url, apiKey: 'alice', headers: {} };
  },
};
const people = ['jwt', 'easyauth'];

describe.each(Object.entries(modes))('with AUTH_MODE=%s', (mode, start) => {
  let pointed: Pointed | undefined;
  async function open() {
    pointed ??= await start();
    const { url, apiKey, headers } = pointed;
    const baseURL = `${url}/v1`;
    const options: ClientOptions = { baseURL, apiKey, defaultHeaders: headers };
    return { options, client: new OpenAI(options), openai: createOpenAI({ baseURL, apiKey, headers }) };
  }

  test('the openai package is let in by its key and headers, and nobody without them', async () => {
    const { client, options } = await open();
    const { output_text } = await client.responses.create({ model: 'default', input: 'Hello' });
    expect(output_text).toBe('You said: Hello');
    const nobody = new OpenAI({ ...options, defaultHeaders: { authorization: null } });
    const answered = nobody.responses.create({ model: 'default', input: 'Hello' });
    if (mode === 'open') return expect(await answered).toMatchObject({ output_text: 'You said: Hello' });
    await expect(answered).rejects.toMatchObject({
      status: 401,
      error: { type: 'authentication_error', code: 'unauthenticated' },
    });
  });

  test('the AI SDK sends its messages again, earlier answers by reference', async () => {
    const { openai } = await open();
    const messages: ModelMessage[] = [];
    for (const content of ['one', 'two', 'three']) {
      messages.push({ role: 'user', content });
      const { text, response } = await generateText({ model: openai('default'), messages });
      expect(text).toBe(`You said: ${content}`);
      messages.push(...response.messages);
    }
  });

  test(`an agent ${people.includes(mode) ? 'may not bring' : 'brings'} instructions of its own`, async () => {
    const { client } = await open();
    const runner = new Runner({ modelProvider: new OpenAIProvider({ openAIClient: client }), tracingDisabled: true });
    const plain = await runner.run(new Agent({ name: 'Guide', model: 'default' }), 'Hello');
    expect(plain.finalOutput).toBe('You said: Hello');
    const instructed = runner.run(new Agent({ name: 'Guide', model: 'default', instructions: 'Be brief.' }), 'Hello');
    if (!people.includes(mode)) return expect(await instructed).toMatchObject({ finalOutput: 'You said: Hello' });
    await expect(instructed).rejects.toMatchObject({ status: 400, code: 'not_supported', param: 'instructions' });
  });
});
