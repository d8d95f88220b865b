import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LocalHost } from '../host/start-host.ts';
import { startFixture } from './fixture.ts';

let host: LocalHost;
beforeAll(async () => {
  host = await startFixture();
});
afterAll(() => host.stop());

/** By Node's own client, which sends a path as it is and a body however long. */
async function send(method: string, path: string, headers: Record<string, string> = {}, body?: Iterable<Uint8Array>) {
  const { promise, resolve, reject } = Promise.withResolvers<import('node:http').IncomingMessage>();
  const sent = request(`${host.url}${path}`, { method, headers, agent: false }, resolve).on('error', reject);
  if (body === undefined) sent.end();
  else for (const chunk of body) if (!sent.write(chunk)) await new Promise((drained) => sent.once('drain', drained));
  if (body !== undefined) sent.end();
  const response = await promise;
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

const inspect = async (path: string, headers?: Record<string, string>) =>
  JSON.parse((await send('GET', path, headers)).body);

describe('a route', () => {
  test.each([
    ['/first/other', 'parameter'],
    ['/FIRST/Other', 'parameter'],
    ['/first/other/', 'parameter'],
    ['/f%69rst/other', 'parameter'],
  ])('answers at %s', async (path, body) => {
    expect(await send('GET', path)).toMatchObject({ status: 200, body });
  });

  test('with a parameter wins over a literal one when its function comes first by name', async () => {
    expect(await send('GET', '/first/literal')).toMatchObject({ body: 'parameter' });
  });

  test('of another method does not stand in the way', async () => {
    expect(await send('POST', '/first/literal')).toMatchObject({ body: 'posted' });
  });

  test('is the name of the function where none is given', async () => {
    expect(await send('GET', '/unnamed-route')).toMatchObject({ status: 200 });
  });
});

describe('where no function answers', () => {
  test.each([
    ['GET', '/nothing/here'],
    ['GET', '/first'],
    ['GET', '/first/'],
    ['GET', '//first/other'],
    ['DELETE', '/first/other'],
    ['HEAD', '/first/other'],
    ['OPTIONS', '/first/other'],
  ])('%s %s is 404, with an empty body and no Allow', async (method, path) => {
    const { status, headers, body } = await send(method, path);
    expect({ status, body, allow: headers.allow }).toEqual({ status: 404, body: '', allow: undefined });
  });

  test.each(['GET', 'OPTIONS', 'POST'])('%s of the root is the platform’s own page', async (method) => {
    const { status, headers } = await send(method, '/');
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'text/html' });
  });
});

describe('refused before any function is asked: 400, with an empty body,', () => {
  /** As bytes, which Node's own client would not all send. */
  async function sendHead(...lines: string[]): Promise<string> {
    const socket = connect(Number(new URL(host.url).port), '127.0.0.1');
    socket.write(Buffer.from([...lines, 'Host: x', 'Connection: close', '', ''].join('\r\n'), 'latin1'));
    return text(socket);
  }
  const inspected = 'GET /inspect/a/b HTTP/1.1';

  test.each([
    [
      'a header with a letter outside ASCII, in UTF-8',
      [inspected, `X-User-Id: ${Buffer.from('É').toString('latin1')}`],
    ],
    ['a header with a letter of Latin-1', [inspected, 'X-User-Id: \xc9']],
    ['a header with a control character', [inspected, 'X-User-Id: a\x01b']],
    ['a header with DEL', [inspected, 'X-User-Id: a\x7fb']],
    ['an invocation id of the client’s own', [inspected, 'X-Ms-Invocation-Id: a']],
    ['a NUL in the path', ['GET /inspect/a/%00 HTTP/1.1']],
  ])('is %s', async (_, lines) => {
    const [head, body] = (await sendHead(...lines)).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 /);
    expect(body).toBe('');
  });

  test('is not what the platform lets pass: a tab in a header, a NUL in the query', async () => {
    expect(await sendHead('GET /inspect/a/b?c=%00 HTTP/1.1', 'X-User-Id: a\tb')).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('is an expectation other than 100-continue, which is 417', async () => {
    expect(await sendHead(inspected, 'Expect: nonsense')).toMatch(/^HTTP\/1\.1 417 /);
  });
});

describe('a function', () => {
  test('gets its parameters decoded, but for an encoded slash', async () => {
    const { params } = await inspect('/inspect/caf%C3%A9/a%2Fb');
    expect(params).toEqual({ first: 'café', second: 'a%2Fb' });
  });

  test('gets bytes of a parameter that are not UTF-8 as they were sent', async () => {
    const { params } = await inspect('/inspect/%FF/%');
    expect(params).toEqual({ first: '%FF', second: '%' });
  });

  test('finds the query among its parameters too, the last of a name, where the route’s value wins', async () => {
    const { params, query } = await inspect('/inspect/a/b?first=c&limit=5&limit=6');
    expect(params).toEqual({ first: 'a', second: 'b', limit: '6' });
    expect(query).toEqual([
      ['first', 'c'],
      ['limit', '5'],
      ['limit', '6'],
    ]);
  });

  test('gets the URL that the client used, and the client’s headers only', async () => {
    const { url, headers } = await inspect('/inspect/a/b?c=%20', { host: 'parley.example', 'x-user-id': 'E' });
    expect(url).toBe('http://parley.example/inspect/a/b?c=%20');
    expect(headers).toEqual({ host: 'parley.example', 'x-user-id': 'E', connection: 'close' });
  });

  test('gets its body byte for byte, with a length and in chunks', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const expected = Buffer.from(bytes).toString('latin1');
    for (const headers of [{ 'content-length': '256' }, { 'transfer-encoding': 'chunked' }]) {
      expect(JSON.parse((await send('POST', '/inspect/a/b', headers, [bytes])).body).body).toBe(expected);
    }
  });

  test('runs between its hooks, which may change its result', async () => {
    expect(host.logs()).toContain('the app was told of its start');
    expect((await send('GET', '/hooked')).body).toBe('changed by hooks');
  });

  test('adds nothing to the platform’s headers but its own', async () => {
    const { headers } = await send('GET', '/first/other');
    expect(headers).toMatchObject({ server: 'Kestrel', date: expect.any(String) });
    expect(headers).not.toHaveProperty('cache-control');
  });
});

describe('a body over 100 MB', () => {
  const megabyte = new Uint8Array(1_048_576);

  test('of 100 MB exactly is passed on', async () => {
    const answer = await send('POST', '/count-body', { 'transfer-encoding': 'chunked' }, Array(100).fill(megabyte));
    expect(answer).toMatchObject({ status: 200, body: '104857600' });
  });

  test('is 500 by its length', async () => {
    expect(await sendLength(104_857_601)).toBe(500);
  });

  test('is 500 in chunks', async () => {
    const answer = await send('POST', '/count-body', { 'transfer-encoding': 'chunked' }, Array(101).fill(megabyte));
    expect(answer).toMatchObject({ status: 500, body: '' });
  });

  /** Announces a length, and sends none of it. */
  function sendLength(length: number): Promise<number | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    const headers = { 'content-length': length };
    const sent = request(`${host.url}/count-body`, { method: 'POST', headers, agent: false }, (response) => {
      resolve(response.statusCode);
      sent.on('error', () => {}).destroy();
    });
    sent.on('error', reject).flushHeaders();
    return promise;
  }
});

describe('a handler that breaks', () => {
  test.each([
    ['breaks-off', 'breaks-off failed, and its client waits in vain: Error: a fault in mid-stream'],
    ['throws', 'throws failed, and its client waits in vain: Error: a bug'],
    [
      'returns-nothing',
      'returns-nothing failed, and its client waits in vain: Error: The handler returned no response.',
    ],
  ])('keeps its client waiting, and %s is logged', async (name, line) => {
    const leave = new AbortController();
    const answer = fetch(`${host.url}/${name}`, { signal: leave.signal }).then((response) => response.text());
    await expect.poll(() => host.logs()).toContain(line);
    leave.abort();
    await expect(answer).rejects.toThrow('aborted');
    expect(await send('GET', '/first/other')).toMatchObject({ status: 200 });
  });
});
