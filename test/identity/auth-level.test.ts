import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** Loads the app as the worker does, and prints what each function asks of the platform. */
const printLevels = `
  import { provideFunctionsCore } from './local/functions-core.ts';
  const app = provideFunctionsCore(() => {});
  await import('./dist/functions.js');
  console.log(JSON.stringify([...app.functions.values()].map(({ name, trigger }) => [name, trigger.authLevel])));
  process.exit();`;

async function levels(env: Record<string, string>): Promise<[name: string, level: string][]> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', printLevels], {
    env: { PATH: process.env['PATH'], ...env },
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

test('with AUTH_MODE=key the platform asks for a function key, but for the page, what it loads, the contracts and health', async () => {
  const byLevel = Object.groupBy(await levels({ AUTH_MODE: 'key' }), ([, level]) => level);
  expect(byLevel['anonymous']?.map(([name]) => name).sort()).toEqual([
    ...['branding', 'health', 'openapi', 'page', 'page-asset', 'v1-openapi'],
  ]);
  expect(byLevel['function']?.length).toBeGreaterThan(10);
  expect(Object.keys(byLevel).sort()).toEqual(['anonymous', 'function']);
});

test('with tokens the platform lets every request through, and the app checks them', async () => {
  const jwt = { AUTH_MODE: 'jwt', AUTH_ISSUER: 'https://login.example.com', AUTH_AUDIENCE: 'parley' };
  for (const [name, level] of await levels(jwt)) expect(level, name).toBe('anonymous');
});
