import { describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { startHost } from '../host/start-host.ts';
import { echoTool, listing, ownApp } from './own-app.ts';

const mcp = (orders: object) => JSON.stringify({ servers: { orders: { type: 'http', ...orders } } });
const key = { url: 'https://orders.example.com/mcp', headers: { 'api-key': `$${'{env:ORDERS_KEY}'}` } };

test('an app starts with the tools that a team has put beside it, and asks no server', async () => {
  const bundle = await ownApp('usable', {
    'assistants/default.md': listing('echo', 'orders/*'),
    'tools/echo.ts': echoTool,
    'tools/mcp.json': mcp(key),
  });
  const host = await startHost({ bundle, env: { ORDERS_KEY: 'k' } });
  try {
    const { status } = await new Client(host.url).get('/chat/assistants');
    expect(status).toBe(200);
    expect(host.logs()).not.toContain('warning');
  } finally {
    await host.stop();
  }
});

describe('the start ends with one message that names all that is wrong', () => {
  test('with tools that are not there, or are none, and settings that are not set', async () => {
    const bundle = await ownApp('unusable', {
      'assistants/default.md': listing('ecko', 'orders/search', 'invoices/*'),
      'tools/echo.ts': 'export default { description: "Echoes." };',
      'tools/mcp.json': mcp(key),
    });
    const host = await startHost({ bundle, mayFailToLoad: true });
    try {
      expect(host.logs()).toContain(
        [
          'The settings cannot be used:',
          '  - tools/mcp.json is not valid: orders needs ORDERS_KEY, which is not set',
          '  - tools/echo.ts must have a default export that is made by tool({ ... })',
          '  - assistants/default.md lists ecko, and there is no tools/ecko.ts',
          '  - assistants/default.md lists invoices/*, and tools/mcp.json has no server invoices',
        ].join('\n'),
      );
    } finally {
      await host.stop();
    }
  });

  test('with a model that takes no tools', async () => {
    const env = { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1', OPENAI_MODEL: 'm', MODEL_API: 'completions' };
    const host = await startHost({ env, mayFailToLoad: true });
    try {
      expect(host.logs()).toContain('assistants/concierge.md lists tools, and MODEL_API=completions takes none');
    } finally {
      await host.stop();
    }
  });
});
