import { expect, test } from 'vitest';
import * as z from 'zod';
import type { Assistant } from '../../shared/conversation/assistant.ts';
import { createToolbox, type ToolboxParts } from '../../shared/tools/create-toolbox.ts';
import { tool } from '../../shared/tools/tool.ts';
import { ownClock } from '../own-clock.ts';
import { somebody } from './connected.ts';
import { OfficialServer } from './official-server.ts';

ownClock();

const clock = tool({ description: 'Tells the time.', input: z.object({}), run: () => 'noon' });
const orders = { type: 'http', url: 'https://orders.example.com/mcp' };

function toolbox(lists: Record<string, string[]>, parts: Partial<Omit<ToolboxParts, 'mcp'>> & { mcp?: unknown } = {}) {
  const faults: string[] = [];
  const assistants = new Map(
    Object.entries(lists).map(([name, tools]): [string, Assistant] => [
      name,
      { name, title: name, description: name, systemPrompt: name, tools },
    ]),
  );
  const { mcp, ...others } = parts;
  const text = mcp === undefined || typeof mcp === 'string' ? mcp : JSON.stringify(mcp);
  const made = createToolbox({ assistants, files: { clock }, mcp: text, environment: {}, ...others }, faults);
  return { faults, names: async (name: string) => [...(await made.toolsOf(name, somebody)).keys()] };
}

test('an assistant has the tools that it lists, in their order, and no other', async () => {
  const { faults, names } = toolbox(
    { a: ['other', 'clock'], b: ['clock', 'clock'], c: [] },
    { files: { clock, other: clock, third: clock } },
  );
  expect(faults).toEqual([]);
  expect([await names('a'), await names('b'), await names('c'), await names('unknown')]).toEqual([
    ['other', 'clock'],
    ['clock'],
    [],
    [],
  ]);
});

test("a server's tools are there by name, or all of them, each once", async () => {
  const official = await OfficialServer.start('2025');
  try {
    const mcp = { servers: { orders: { ...orders, url: official.url } } };
    const { faults, names } = toolbox({ a: ['orders/total', 'clock', 'orders/*'], b: ['orders/search'] }, { mcp });
    expect(faults).toEqual([]);
    expect(await names('a')).toEqual([
      'orders__total',
      'clock',
      ...['crash', 'fail', 'report', 'search', 'wait'].map((name) => `orders__${name}`),
    ]);
    expect(await names('b')).toEqual(['orders__search']);
  } finally {
    await official.stop();
  }
});

test.each<[string, string[], Parameters<typeof toolbox>[1], string[]]>([
  ['a file that is not there', ['clok'], {}, ['assistants/a.md lists clok, and there is no tools/clok.ts']],
  [
    'a server without a file',
    ['orders/*'],
    {},
    ['assistants/a.md lists orders/*, and tools/mcp.json has no server orders'],
  ],
  [
    'a server that is not there',
    ['order/search'],
    { mcp: { servers: { orders } } },
    ['assistants/a.md lists order/search, and tools/mcp.json has no server order'],
  ],
  [
    'names that are one to a model',
    ['orders/a.b', 'orders/a/b'],
    { mcp: { servers: { orders } } },
    ['assistants/a.md lists orders/a.b and orders/a/b, which are one to a model'],
  ],
  [
    'a name that is too long',
    [`orders/${'a'.repeat(57)}`],
    { mcp: { servers: { orders } } },
    [`assistants/a.md lists orders/${'a'.repeat(57)}, whose name is too long for a model`],
  ],
  [
    'a file that exports no tool, which is told once',
    ['clock'],
    { files: { clock: {} } },
    ['tools/clock.ts must have a default export that is made by tool({ ... })'],
  ],
  [
    'tools for a model that takes none',
    ['clock'],
    { refused: 'MODEL_API=completions takes none' },
    ['assistants/a.md lists tools, and MODEL_API=completions takes none'],
  ],
  ['a file of servers that is not JSON', [], { mcp: '{' }, ['tools/mcp.json is not JSON']],
])('the start ends with %s, and says so', (_, tools, parts, faults) => {
  expect(toolbox({ a: tools }, parts).faults).toEqual(faults);
});

test('a model that takes no tools is fine where no assistant has any', () => {
  expect(toolbox({ a: [] }, { refused: 'it takes none' }).faults).toEqual([]);
});
