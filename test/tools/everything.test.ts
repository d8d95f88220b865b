import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../browser/examples/free-port.ts';
import { ownClock } from '../own-clock.ts';
import { call, connected, contextOf, somebody, toolOf } from './connected.ts';

ownClock();

const entry = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');

describe('server-everything, the reference server of the protocol, in a process of its own', () => {
  let child: ChildProcess;
  let url: string;
  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}/mcp`;
    child = await started(port);
  });
  afterAll(() => ended(child));

  test('has its tools offered', async () => {
    const { server, lines } = connected(url);
    const names = (await server.tools(somebody)).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['orders/echo', 'orders/get-sum', 'orders/get-tiny-image']));
    expect(lines).toEqual([]);
  });

  test('is called, and answers in each of its kinds of content', async () => {
    const { server } = connected(url);
    expect(await call(server, 'echo', { message: 'Zoë' })).toEqual({ status: 'ok', text: 'Echo: Zoë' });
    expect(await call(server, 'get-sum', { a: 2, b: 3 })).toMatchObject({
      status: 'ok',
      text: expect.stringContaining('5'),
    });
    expect(await call(server, 'get-tiny-image')).toMatchObject({ text: expect.stringContaining('[image: image/png]') });
    expect(await call(server, 'get-structured-content', { location: 'Chicago' })).toMatchObject({
      status: 'ok',
      text: expect.stringContaining('temperature'),
    });
    expect(await call(server, 'get-resource-links', { count: 2 })).toMatchObject({
      text: expect.stringContaining('[resource: '),
      sources: undefined,
    });
    const reference = await call(server, 'get-resource-reference', { resourceType: 'Text', resourceId: 1 });
    expect(reference).toMatchObject({ status: 'ok', text: expect.stringContaining('Resource 1') });
  });

  test('is not called with arguments that its schema refuses', async () => {
    const { server } = connected(url);
    expect((await toolOf(server, 'get-sum')).check('{"a":"two"}').problem).toMatch(/must be number|required/);
  });

  test('is waited for while it works, and no longer than the tool may take', async () => {
    const name = 'trigger-long-running-operation';
    const { server: patient } = connected(url);
    expect(await call(patient, name, { duration: 0.2, steps: 2 })).toMatchObject({ status: 'ok' });
    const { server } = connected(url, { tools: { [name]: { timeout_seconds: 1 } } });
    await expect(call(server, name, { duration: 20, steps: 2 })).rejects.toThrow('may have been called');
  });

  test('that was started again knows no session of before: the next call begins one', async () => {
    const port = await freePort();
    const first = await started(port);
    const { server } = connected(`http://127.0.0.1:${port}/mcp`);
    const echo = await toolOf(server, 'echo');
    await ended(first);
    const second = await started(port);
    try {
      // Node notices by its next request at the latest that the old connection is closed.
      const result = await echo.call({ message: 'again' }, contextOf());
      expect(result).toMatchObject({ status: 'ok', text: 'Echo: again' });
    } finally {
      await ended(second);
    }
  });
});

async function started(port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [entry, 'streamableHttp'], {
    env: { PATH: process.env['PATH'], PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  await new Promise<void>((listens, fails) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (log.includes('listening')) listens();
    });
    child.on('close', () => fails(new Error(`it ended before it listened:\n${log}`)));
  });
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
