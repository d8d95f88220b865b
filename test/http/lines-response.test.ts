import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { linesResponse } from '../../shared/http/lines-response.ts';
import { outgoing } from '../../shared/http/outgoing.ts';
import { answering } from '../answering.ts';
import { eventually } from '../eventually.ts';
import { ownClock } from '../own-clock.ts';
import { requestLogOf } from './request-log-of.ts';

ownClock();

const PIECES = 100;
const PIECE = `${'x'.repeat(1_048_575)}\n`;

let server: Server;
let made: number;
let isOver: boolean;

/** Answers as the platform's library does: it writes a body as fast as it comes. */
async function serve(withinMs: number): Promise<void> {
  server = createServer(
    answering(async (request, response) => {
      const answer = outgoing(String(request.headers['x-ms-invocation-id']));
      const { body } = await linesResponse(pieces(), requestLogOf(), answer, withinMs);
      for await (const chunk of body as ReadableStream) response.write(chunk);
      response.end();
    }),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
}

async function* pieces(): AsyncGenerator<string> {
  try {
    for (; made < PIECES; made += 1) yield PIECE;
  } finally {
    isOver = true;
  }
}

async function ask(): Promise<IncomingMessage> {
  const { port } = server.address() as AddressInfo;
  const request = get({ port, host: '127.0.0.1', headers: { 'x-ms-invocation-id': 'an-id' } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

beforeEach(() => {
  made = 0;
  isOver = false;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test('no more is made than is read, and all of it where all is read', async () => {
  await serve(20_000);
  const response = await ask();
  await eventually(() => made > 0 && !isOver);
  let length = 0;
  for await (const bytes of response) {
    length += bytes.length;
    // What the sockets on the way hold.
    expect(made * PIECE.length - length).toBeLessThan(16_777_216);
  }
  expect(length).toBe(PIECES * PIECE.length);
});

test('an answer that is not read in time is cut, and so never taken for a whole one', async () => {
  await serve(300);
  const response = await ask();
  await eventually(() => isOver);
  expect(made).toBeLessThan(PIECES);
  await expect(response.toArray()).rejects.toThrow('aborted');
});

test('where the reader leaves, the pieces are not made to their end', async () => {
  await serve(20_000);
  (await ask()).destroy();
  await eventually(() => isOver);
  expect(made).toBeLessThan(PIECES);
});
