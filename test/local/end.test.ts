import { expect, test } from 'vitest';
import { startFixture } from './fixture.ts';

test('SIGTERM lets a running function answer first, tells the app, and exits with 0', async () => {
  const host = await startFixture();
  const answer = fetch(`${host.url}/until-told-to-end`).then((response) => response.text());
  await expect.poll(() => host.logs()).toContain('waits to be told');
  await host.stop();
  expect(await answer).toBe('in the end');
  expect(await host.exited).toBe(0);
  expect(host.logs()).toContain('the app was told of its end');
});

test('a function that does not end holds the exit up for a few seconds, in which nothing new is accepted', async () => {
  const host = await startFixture();
  const stream = await fetch(`${host.url}/gated/never`);
  const told = performance.now();
  const stopped = host.stop();
  await expect
    .poll(() =>
      fetch(`${host.url}/first/other`).then(
        () => 'accepted',
        () => 'refused',
      ),
    )
    .toBe('refused');
  await stopped;
  expect(await host.exited).toBe(0);
  expect(performance.now() - told).toBeLessThan(10_000);
  await expect(stream.text()).rejects.toThrow('terminated');
});

test('SIGKILL ends it at once', async () => {
  const host = await startFixture();
  const cut = expect(fetch(`${host.url}/until-told-to-end`)).rejects.toThrow('fetch failed');
  await expect.poll(() => host.logs()).toContain('waits to be told');
  await host.kill9();
  await cut;
  expect(await host.exited).toBeNull();
});
