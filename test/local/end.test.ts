import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { LocalHost } from '../host/start-host.ts';
import { startFixture } from './fixture.ts';

let host: LocalHost;
afterEach(() => host.kill9());

const start = async (...args: string[]) => {
  host = await startFixture({ args });
};
const hasEnded = () =>
  Promise.race([host.exited.then((status) => `ended with ${status}`), sleep(0, undefined).then(() => 'runs')]);
const isRefused = () =>
  fetch(`${host.url}/first/other`).then(
    () => 'accepted',
    () => 'refused',
  );

/** A stream whose function holds back the rest until `openGateSoon` lets it, and which listens to no other request by then. */
async function openStream(name: string) {
  const response = await fetch(`${host.url}/gated/${name}`);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const read = async () => new TextDecoder().decode((await reader.read()).value);
  expect(await read()).toBe('before\n');
  return { read };
}

describe('SIGTERM', () => {
  test('lets a running function answer first, then tells the app, and exits with 0', async () => {
    await start();
    const answer = fetch(`${host.url}/until-told-to-end`).then((response) => response.text());
    await expect.poll(() => host.logs()).toContain('waits to be told');
    await host.stop();
    expect(await answer).toBe('in the end');
    expect(await host.exited).toBe(0);
    expect(host.logs()).toContain('the app was told of its end');
  });

  test('lets a stream be told to its end, however long nothing new is accepted by then', async () => {
    await start();
    const { read } = await openStream('opened-at-the-end');
    const stopped = host.stop();
    await expect.poll(isRefused).toBe('refused');
    // Longer than what it was given once.
    await sleep(6_000);
    expect(await hasEnded()).toBe('runs');
    process.kill(host.pid, 'SIGUSR2');
    expect(await read()).toBe('after\n');
    expect(await read()).toBe('');
    await stopped;
    expect(await host.exited).toBe(0);
    expect(host.logs()).toMatch(/the function has ended.*the app was told of its end/s);
  });

  test('cuts a client’s connection after its time, and lets the function go on to its end', async () => {
    await start('--cut-after', '0.2');
    const { read } = await openStream('opened-at-the-end');
    const stopped = host.stop();
    await expect(read()).rejects.toThrow('terminated');
    expect(host.logs()).not.toContain('the app was told of its end');
    expect(await hasEnded()).toBe('runs');
    process.kill(host.pid, 'SIGUSR2');
    await stopped;
    expect(await host.exited).toBe(0);
    expect(host.logs()).toMatch(/the function has ended.*the app was told of its end/s);
  });

  test('waits for no function longer than for the longest turn, and tells the app all the same', async () => {
    await start('--end-after', '0.2');
    const { read } = await openStream('never');
    await host.stop();
    expect(await host.exited).toBe(0);
    expect(host.logs()).toContain('1 function has not ended');
    expect(host.logs()).toContain('the app was told of its end');
    await expect(read()).rejects.toThrow('terminated');
  });

  test('gives the app five seconds to end itself, as the platform does', async () => {
    await start();
    await fetch(`${host.url}/never-let-the-app-end`);
    const told = performance.now();
    await host.stop();
    expect(performance.now() - told).toBeGreaterThan(4_500);
    expect(performance.now() - told).toBeLessThan(20_000);
    expect(await host.exited).toBe(0);
    expect(host.logs()).toContain('appTerminate has not ended');
  });

  test('a second time ends at once', async () => {
    await start();
    await openStream('never');
    process.kill(host.pid, 'SIGTERM');
    await expect.poll(isRefused).toBe('refused');
    await sleep(500);
    expect(await hasEnded()).toBe('runs');
    process.kill(host.pid, 'SIGTERM');
    expect(await host.exited).toBe(1);
  });
});

describe('SIGINT, which is Ctrl-C', () => {
  test('ends at once where nothing runs, and tells the app', async () => {
    await start();
    process.kill(host.pid, 'SIGINT');
    expect(await host.exited).toBe(0);
    expect(host.logs()).not.toContain('has not ended');
    expect(host.logs()).toContain('the app was told of its end');
  });

  test('gives what runs two seconds', async () => {
    await start();
    await openStream('never');
    process.kill(host.pid, 'SIGINT');
    expect(await host.exited).toBe(0);
    expect(host.logs()).toContain('1 function has not ended');
    expect(host.logs()).toContain('the app was told of its end');
  });
});

test('SIGKILL ends it at once', async () => {
  await start();
  const cut = expect(fetch(`${host.url}/until-told-to-end`)).rejects.toThrow('fetch failed');
  await expect.poll(() => host.logs()).toContain('waits to be told');
  await host.kill9();
  await cut;
  expect(await host.exited).toBeNull();
});
