import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LocalHost } from '../host/start-host.ts';
import { startFixture } from './fixture.ts';

let host: LocalHost;
beforeAll(async () => {
  host = await startFixture();
});
afterAll(() => host.stop());

const openGate = (name: string) => fetch(`${host.url}/open-gate/${name}`, { method: 'POST' });
const progress = async (name: string) => (await fetch(`${host.url}/progress/${name}`)).text();

async function openStream(name: string, signal?: AbortSignal) {
  const response = await fetch(`${host.url}/gated/${name}`, { signal: signal ?? null });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const read = async () => new TextDecoder().decode((await reader.read()).value);
  return { response, read };
}

test('a chunk arrives while the function still holds the next one back', async () => {
  const { response, read } = await openStream('chunks');
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  expect(response.headers.get('content-length')).toBeNull();
  expect(await read()).toBe('before\n');
  await openGate('chunks');
  expect(await read()).toBe('after\n');
  expect(await read()).toBe('');
});

test('the headers come with the first chunk, and not before', async () => {
  let begun = false;
  const answer = fetch(`${host.url}/silent/headers`).then((response) => {
    begun = true;
    return response.text();
  });
  // One after the other: by then the headers would have come.
  for (let n = 0; n < 3; n += 1) await progress('headers');
  expect(begun).toBe(false);
  await openGate('headers');
  expect(await answer).toBe('first words');
});

test('a reader that does not read holds no function back', async () => {
  const response = await fetch(`${host.url}/flood/unread`);
  await expect.poll(() => progress('unread')).toBe('ended');
  await response.body?.cancel();
});

test('a function goes on to its end when its client has left', async () => {
  const leave = new AbortController();
  const { read } = await openStream('left', leave.signal);
  expect(await read()).toBe('before\n');
  leave.abort();
  await expect(read()).rejects.toThrow('aborted');
  await expect.poll(() => progress('left')).toBe('waiting');
  await openGate('left');
  await expect.poll(() => progress('left')).toBe('ended');
});

test('a function whose client has left is done for the host too, when it has ended', async () => {
  const ending = await startFixture();
  const leave = new AbortController();
  const gated = await fetch(`${ending.url}/gated/ending`, { signal: leave.signal });
  leave.abort();
  await expect(gated.text()).rejects.toThrow('aborted');
  await fetch(`${ending.url}/open-gate/ending`, { method: 'POST' });
  const told = performance.now();
  await ending.stop();
  // It would wait long for a function that it believes to run.
  expect(performance.now() - told).toBeLessThan(20_000);
});

test('streams do not wait for one another', async () => {
  const [first, second] = [await openStream('one'), await openStream('two')];
  expect([await first.read(), await second.read()]).toEqual(['before\n', 'before\n']);
  await openGate('two');
  expect(await second.read()).toBe('after\n');
  await openGate('one');
  expect(await first.read()).toBe('after\n');
});
