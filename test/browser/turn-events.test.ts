import { expect, test } from 'vitest';
import { CutError, turnEvents } from '../../packages/parley-client/src/client/turn-events.ts';

const frames = [
  '{"session_id":"s","turn_id":"t","assistant":"default"}',
  '{"token":"Hi"}',
  '{"tool_call":{"id":"t.1","name":"clock","arguments":"{}"}}',
  '{"tool_result":{"id":"t.1","status":"ok","ms":1}}',
  '{"told_by":"a later version"}',
  '{"finish_reason":"stop","usage":{},"context":{}}',
].map((data, index) => `id: ${index + 1}\ndata: ${data}\n\n`);
const types = ['opened', 'token', 'called', 'returned', 'finished'];
const bytes = new TextEncoder().encode(`: open\n${frames.join('')}data: [DONE]\n\n`);

/** So many of its bytes, and a way to break the connection behind them. */
function streamOf(length: number) {
  let connection: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      connection = controller;
      controller.enqueue(bytes.slice(0, length));
    },
  });
  return { body, end: () => connection?.close(), breakOff: () => connection?.error(new TypeError('network error')) };
}

test('a stream that ends at any byte is cut, unless it has told how the turn ended', async () => {
  const whole = ': open\n'.length + frames.join('').length;
  for (let length = 1; length <= bytes.length; length += 1) {
    const { body, end } = streamOf(length);
    end();
    const read = Array.fromAsync(turnEvents(body));
    if (length < whole) await expect(read, `after ${length} bytes`).rejects.toBeInstanceOf(CutError);
    else expect((await read).map(({ type }) => type)).toEqual(types);
  }
});

test('a connection that breaks after how the turn ended is no cut', async () => {
  const { body, breakOff } = streamOf(bytes.length - 'data: [DONE]\n\n'.length);
  const events = turnEvents(body);
  for (const type of types) expect((await events.next()).value?.type).toBe(type);
  breakOff();
  expect((await events.next()).done).toBe(true);
});
