import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Forwarder } from '../../local/forward.ts';

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** A host that forwards everything to a function's server, and what it has logged; by default no test waits for its limit. */
async function forwardTo(answer: RequestListener, idleLimitMs = 60_000) {
  const logged: string[] = [];
  const log = (_level: string, _category: string, message: string) => logged.push(message);
  const forwarder = new Forwarder(await listen(answer), { log, idleLimitMs });
  const url = await listen((request, response) =>
    forwarder.forward(request, response, { invocationId: 'an-id', own: {} }),
  );
  return { url, logged };
}

test('a function that never begins to answer is 504 after the limit', async () => {
  const { url, logged } = await forwardTo(() => {}, 100);
  expect((await fetch(url)).status).toBe(504);
  expect(logged).toEqual(['GET /: sent nothing for 0.1 s']);
});

test('a function that falls silent in its answer has it cut after the limit', async () => {
  // Of Node's sockets, so that it is no time of this process's own: far more than it takes to begin.
  const { url } = await forwardTo((_, response) => response.write('begun'), 4000);
  const response = await fetch(url);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow('terminated');
});

test('a function whose connection breaks is 502', async () => {
  const { url } = await forwardTo((request) => request.socket.destroy());
  expect((await fetch(url)).status).toBe(502);
});

test('an upload whose client leaves breaks off for the function', async () => {
  const { promise: broken, resolve } = Promise.withResolvers<Error>();
  const leave = new AbortController();
  const { url } = await forwardTo((request) => request.on('error', resolve).on('data', () => leave.abort()));
  const body = ReadableStream.from(
    (async function* () {
      yield Buffer.from('begun');
      await new Promise(() => {});
    })(),
  );
  await expect(fetch(url, { method: 'POST', body, duplex: 'half', signal: leave.signal })).rejects.toThrow('aborted');
  expect((await broken).message).toBe('aborted');
});

test('every call has a connection of its own, which nobody may close just then', async () => {
  const ports = new Set<number | undefined>();
  const { url } = await forwardTo((request, response: ServerResponse) => {
    ports.add(request.socket.remotePort);
    response.end('x');
  });
  for (let turn = 0; turn < 5; turn++) await (await fetch(url)).text();
  expect(ports.size).toBe(5);
});

describe('an answer that comes before the whole body', () => {
  const chunk = Buffer.alloc(65_536, 'a');

  /** Sends a body of 5 MB in chunks, or with its length, and waits in its midst until the function has answered. */
  async function upload(url: string, answered: Promise<unknown>, headers: Record<string, string> = {}) {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const sent = request(url, { method: 'POST', headers, agent: new Agent({ keepAlive: true }) }, resolve).on(
      'error',
      reject,
    );
    let arrived = false;
    void promise.then(() => {
      arrived = true;
    });
    for (let n = 0; n < 80; n += 1) {
      if (n === 40) await answered;
      if (!sent.write(chunk)) await Promise.race([once(sent, 'drain'), promise]);
    }
    // Long enough for an answer to come that is not held back.
    await sleep(50);
    const early = arrived;
    sent.end();
    const response = await promise;
    return { early, status: response.statusCode, body: await text(response) };
  }

  test('is read when all of the body was sent, and not before', async () => {
    const { promise: answered, resolve } = Promise.withResolvers<void>();
    const { url } = await forwardTo((request, response) => {
      response.writeHead(413).end('too much', resolve);
      request.resume();
    });
    expect(await upload(url, answered)).toEqual({ early: false, status: 413, body: 'too much' });
  });

  test('is lost where the function does not read on: an empty 500', async () => {
    const { promise: answered, resolve } = Promise.withResolvers<void>();
    const { url, logged } = await forwardTo((request, response) => {
      // As the library's request does when its reader stops.
      response.writeHead(413).end('too much', () => {
        request.destroy();
        resolve();
      });
    });
    expect(await upload(url, answered)).toMatchObject({ status: 500, body: '' });
    expect(logged).toEqual(['POST /: the function read no further, and its answer is lost']);
  });
});
