import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { readMcpSettings } from '../../shared/tools/mcp-settings.ts';
import { answering } from '../answering.ts';
import { Client } from '../end-to-end/client.ts';
import { startHost } from '../host/start-host.ts';
import { followPlan, planned } from '../steps/planned-model.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { listing, ownApp } from './own-app.ts';

const docs = await readFile('docs/tools.md', 'utf8');

/** The examples in a language, without what they are indented by. */
function examplesIn(language: string): string[] {
  const fences = docs.matchAll(new RegExp(`^( *)\`\`\`${language}\n(.*?)^ *\`\`\``, 'gms'));
  return [...fences].map(([, indent = '', example = '']) => example.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
}

test('the tool that the docs write does what they say: it is approved, and books the room under its key', async () => {
  const booked: { path: string | undefined; key: unknown; body: object }[] = [];
  const rooms = createServer(
    answering(async (request, response) => {
      const body = JSON.parse(await text(request));
      booked.push({ path: request.url, key: request.headers['idempotency-key'], body });
      const [, hour = ''] = /T(\d\d)/.exec(body.begins) ?? [];
      response.writeHead({ 12: 409, 13: 500 }[hour] ?? 200).end('{"booking":7}');
    }),
  );
  await once(rooms.listen(0, '127.0.0.1'), 'listening');
  const upstream = await ScriptedUpstream.start(({ body }) => followPlan(body));
  const [example = ''] = examplesIn('ts');
  const bundle = await ownApp('docs', {
    'assistants/default.md': listing('rooms'),
    'tools/rooms.ts': example
      .replace('../shared/', '../../../../shared/')
      .replace('https://rooms.example.com', `http://127.0.0.1:${(rooms.address() as AddressInfo).port}`),
  });
  const host = await startHost({ bundle, env: { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' } });
  const client = new Client(host.url);
  const book = async (begins: string) => {
    const calls: [string, object][] = [['rooms', { room: '2.17', begins }]];
    const asked = await client.chat({ message: planned('Book', [{ calls }]) });
    expect(asked).toMatchObject({ finish_reason: 'approval', steps: [{ status: 'open' }] });
    const approve = [{ id: asked.steps[0].id, decision: 'yes' }];
    return await client.chat({ session_id: asked.session_id, approve });
  };
  const done = await book('2026-12-01T10:00:00+01:00');
  expect(done.steps).toMatchObject([{ name: 'rooms', status: 'ok' }]);
  expect(done.response).toBe('Told: {"booking":7}');
  expect((await book('2026-12-01T12:00:00+01:00')).response).toContain('The room is taken at that time.');
  expect((await book('2026-12-01T13:00:00+01:00')).response).toContain('The room could not be booked (500).');
  expect(booked.map(({ path }) => path)).toEqual(['/2.17', '/2.17', '/2.17']);
  expect(booked[0]).toMatchObject({ body: { begins: '2026-12-01T10:00:00+01:00', owner: expect.any(String) } });
  expect(new Set(booked.map(({ key }) => key)).size).toBe(3);
  await host.stop();
  await upstream.stop();
  rooms.close();
});

test('the servers that the docs write are read without a fault, once their settings are there', () => {
  const read = (environment: Record<string, string>) => {
    const faults: string[] = [];
    const servers = examplesIn('json').flatMap((example) => readMcpSettings(example, environment, faults));
    return { names: servers.map(({ name }) => name), faults };
  };
  expect(read({ ORDERS_KEY: 'key', SEARCH_SERVICE: 'contoso' })).toEqual({ names: ['orders', 'handbook'], faults: [] });
  const { faults } = read({});
  expect(faults).toHaveLength(2);
  for (const name of ['ORDERS_KEY', 'SEARCH_SERVICE']) expect(faults.join('\n')).toContain(name);
});
