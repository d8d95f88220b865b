import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { type Host, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';

/** Someone who has not called before, in `AUTH_MODE` `key`: how a client of OpenAI's API is pointed at the service. */
export interface Caller {
  baseURL: string;
  /** Clients want one; it says nothing of who is calling. */
  apiKey: string;
  headers: Record<string, string>;
  /** The same caller at `/chat`. */
  chat: Client;
}

export interface Served {
  /** Says each question again, where it has no script. */
  upstream: ScriptedUpstream;
  newcomer(): Caller;
  /** What the model was last sent behind the assistant's own prompt, each as `user: Hello`. */
  heard(): string[];
}

/** Describes what holds for a client that others wrote, on the memory store and on a Redis one. */
export function describeServed(client: string, suite: (served: Served) => void): void {
  describe(`${client}, on the memory store`, () => suite(serve(async () => ({}))));

  describe(`${client}, on the redis store`, () => {
    let server: RedisServer | undefined;
    afterAll(() => server?.stop());
    suite(
      serve(async () => {
        server = await RedisServer.start();
        return { REDIS_URL: server.url };
      }),
    );
  });
}

function serve(storeSettings: () => Promise<Record<string, string>>): Served {
  let upstream: ScriptedUpstream;
  let host: Host;
  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    const model = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' };
    host = await startHost({ env: { ...(await storeSettings()), ...model, AUTH_MODE: 'key' } });
  });
  afterAll(async () => {
    await host?.stop();
    await upstream?.stop();
  });
  return {
    get upstream() {
      return upstream;
    },
    newcomer() {
      const headers = { 'x-functions-key': 'a-key', 'x-user-id': randomUUID() };
      return { baseURL: `${host.url}/v1`, apiKey: 'none', headers, chat: new Client(host.url, headers) };
    },
    heard() {
      const messages = (upstream.requests.at(-1)?.body['messages'] ?? []) as { role: string; content: string }[];
      return messages.slice(1).map(({ role, content }) => `${role}: ${content}`);
    },
  };
}

/** The caller's sessions as `/chat` lists them: how many turns each has. */
export async function turnsOfSessions({ chat }: Caller): Promise<number[]> {
  const { sessions } = (await (await chat.get('/chat/sessions')).json()) as { sessions: { turns: number }[] };
  return sessions.map(({ turns }) => turns);
}
