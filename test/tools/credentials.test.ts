import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { entraIdentity } from '../../shared/platform/entra-identity.ts';
import { eventually } from '../eventually.ts';
import { TokenEndpoint } from '../identity/token-endpoint.ts';
import { ownClock } from '../own-clock.ts';
import { call, connected, contextOf, somebody, toolOf } from './connected.ts';
import { HostileServer, result } from './hostile-server.ts';
import { OfficialServer } from './official-server.ts';

ownClock();

let hostile: HostileServer;
beforeEach(async () => {
  hostile = await HostileServer.start();
});
afterEach(() => hostile.stop());

const user = { auth: { kind: 'user' } } as const;
const tokensOf = (server: HostileServer) => [...new Set(server.asked.map(({ headers }) => headers.authorization))];

test('a key in a header goes out with every request', async () => {
  const { server } = connected(hostile.url, { headers: { 'api-key': 'k-1' } });
  await call(server, 'act');
  expect(hostile.asked.map(({ headers }) => headers['api-key'])).toEqual(hostile.asked.map(() => 'k-1'));
  expect(tokensOf(hostile)).toEqual([undefined]);
});

test("the managed identity's token goes out with every request, and is fetched once", async () => {
  const endpoint = await TokenEndpoint.start();
  for (const [name, value] of Object.entries(endpoint.env)) vi.stubEnv(name, value);
  try {
    const auth = { kind: 'entra', scope: 'https://search.azure.com/.default' } as const;
    const { server } = connected(hostile.url, { auth }, { identity: entraIdentity() });
    await call(server, 'act');
    expect(tokensOf(hostile)).toEqual([`Bearer ${endpoint.token}`]);
    expect(endpoint.asked).toBe(1);
  } finally {
    vi.unstubAllEnvs();
    await endpoint.stop();
  }
});

describe("a server that is passed on the caller's own token", () => {
  test('has a connection for each call, with the token of that caller alone', async () => {
    const { server } = connected(hostile.url, user);
    await call(server, 'act', {}, { caller: { id: 'a', token: 'token-a' } });
    await eventually(() => hostile.count('tools/call') === 1);
    const first = hostile.asked.length;
    await call(server, 'act', {}, { caller: { id: 'b', token: 'token-b' } });
    const tokens = hostile.asked.map(({ headers }) => headers.authorization);
    expect(new Set(tokens.slice(0, first))).toEqual(new Set(['Bearer token-a']));
    expect(new Set(tokens.slice(first))).toEqual(new Set(['Bearer token-b']));
    // One for the list and one for the call, each.
    expect(hostile.count('initialize')).toBe(4);
  });

  test('mixes up no tokens in a hundred calls of many callers side by side', async () => {
    hostile.answers.set('tools/call', (asked, response) => {
      result(asked, response, { content: [{ type: 'text', text: `for ${asked.headers.authorization}` }] });
    });
    const { server } = connected(hostile.url, user);
    const callers = Array.from({ length: 100 }, (_, place) => ({ id: `${place}`, token: `token-${place}` }));
    const results = await Promise.all(callers.map((caller) => call(server, 'act', {}, { caller })));
    expect(results.map(({ text }) => text)).toEqual(callers.map(({ token }) => `for Bearer ${token}`));
  });

  test('shows nobody the tools of another, and keeps the list of each', async () => {
    hostile.answers.set('tools/list', (asked, response) => {
      const mine = asked.headers.authorization === 'Bearer token-a' ? hostile.tools : [];
      result(asked, response, { tools: mine });
    });
    const { server } = connected(hostile.url, user);
    for (let turn = 0; turn < 2; turn++) {
      expect(await server.tools({ id: 'a', token: 'token-a' })).toHaveLength(1);
      expect(await server.tools({ id: 'b', token: 'token-b' })).toEqual([]);
    }
    expect(hostile.count('tools/list')).toBe(2);
  });

  test('is asked nothing for a caller without a token, and one line says so', async () => {
    const { server, lines } = connected(hostile.url, user);
    for (let turn = 0; turn < 3; turn++) expect(await server.tools(somebody)).toEqual([]);
    expect(hostile.asked).toEqual([]);
    expect(lines).toEqual([expect.stringContaining('no token that can be passed on')]);
    const act = await toolOf(server, 'act', { id: 'a', token: 'token-a' });
    const asked = hostile.count('tools/call');
    expect(await act.call({}, contextOf())).toMatchObject({ status: 'error' });
    expect(hostile.count('tools/call')).toBe(asked);
  });

  test('that refuses it for one caller is there for the others, and the log has no token', async () => {
    hostile.answers.set('initialize', (asked, response) => {
      if (asked.headers.authorization === 'Bearer token-b') return void response.writeHead(401).end('token-b');
      const serverInfo = { name: 'hostile', version: '1' };
      result(asked, response, { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo });
    });
    const { server, lines } = connected(hostile.url, user);
    expect(await server.tools({ id: 'b', token: 'token-b' })).toEqual([]);
    expect(await server.tools({ id: 'a', token: 'token-a' })).toHaveLength(1);
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain('token-b');
  });

  test('leaves no session behind', async () => {
    const official = await OfficialServer.start('2025');
    try {
      const { server } = connected(official.url, user);
      await call(server, 'search', { text: 'shoes' }, { caller: { id: 'a', token: 'token-a' } });
      await eventually(() => official.sessions.size === 0);
      expect(official.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(2);
      expect(official.requests.every(({ headers }) => headers.authorization === 'Bearer token-a')).toBe(true);
    } finally {
      await official.stop();
    }
  });
});
