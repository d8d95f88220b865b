import { createOpenAI } from '@ai-sdk/openai';
import { Agent, OpenAIConversationsSession, OpenAIProvider, Runner } from '@openai/agents';
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
    const credential = async () => apiKey;
    const options: ClientOptions = { baseURL, apiKey: credential, defaultHeaders: headers };
    return { options, client: new OpenAI(options), openai: createOpenAI({ baseURL, apiKey: credential, headers }) };
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

  test('an agent without instructions goes on in a conversation', async () => {
    const { client, runner } = await openAgents();
    const agent = new Agent({ name: 'Guide', model: 'default' });
    const { id: conversationId } = await client.conversations.create();
    for (const input of ['one', 'two', 'three']) {
      expect((await runner.run(agent, input, { conversationId })).finalOutput).toBe(`You said: ${input}`);
    }
    const items = await Array.fromAsync(client.conversations.items.list(conversationId));
    expect(items).toHaveLength(6);
  });

  test(`an agent ${people.includes(mode) ? 'may not bring' : 'brings'} instructions of its own`, async () => {
    const { runner } = await openAgents();
    const agent = new Agent({ name: 'Guide', model: 'default', instructions: 'Be brief.' });
    const run = runner.run(agent, 'Hello');
    if (!people.includes(mode)) return expect(await run).toMatchObject({ finalOutput: 'You said: Hello' });
    await expect(run).rejects.toMatchObject({ status: 400, code: 'not_supported', param: 'instructions' });
  });

  test(`an agent ${people.includes(mode) ? 'may not keep' : 'keeps'} its items in a session`, async () => {
    const { client, runner } = await openAgents();
    const agent = new Agent({ name: 'Guide', model: 'default', modelSettings: { store: false } });
    const run = runner.run(agent, 'Hello', { session: new OpenAIConversationsSession({ client }) });
    if (!people.includes(mode)) return expect(await run).toMatchObject({ finalOutput: 'You said: Hello' });
    await expect(run).rejects.toMatchObject({ status: 400, code: 'not_supported', param: 'items' });
  });

  async function openAgents() {
    const { client } = await open();
    const modelProvider = new OpenAIProvider({ openAIClient: client });
    return { client, runner: new Runner({ modelProvider, tracingDisabled: true }) };
  }
});
