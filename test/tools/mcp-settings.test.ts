import { expect, test } from 'vitest';
import { readMcpSettings } from '../../shared/tools/mcp-settings.ts';

const url = 'https://orders.example.com/mcp';

const placeholder = (inside: string) => `\${${inside}}`;

function read(orders: object, environment: Record<string, string> = {}) {
  const faults: string[] = [];
  const servers = readMcpSettings(
    JSON.stringify({ servers: { orders: { type: 'http', url, ...orders } } }),
    environment,
    faults,
  );
  return { servers, faults };
}

test('a server is read as it is written, and settings are filled in', () => {
  const { servers, faults } = read(
    {
      url: `https://${placeholder('env:ORDERS_HOST')}/mcp?tenant=${placeholder('env:TENANT')}`,
      headers: { 'api-key': placeholder('env:ORDERS_KEY'), 'x-app': 'parley' },
      tools: { search: { readOnly: true, timeout_seconds: 5, show_results: true }, refund: { approve: true } },
    },
    { ORDERS_HOST: 'orders.example.com', TENANT: 'one', ORDERS_KEY: ' k"1 ' },
  );
  expect(faults).toEqual([]);
  expect(servers).toEqual([
    {
      name: 'orders',
      url: 'https://orders.example.com/mcp?tenant=one',
      headers: { 'api-key': 'k"1', 'x-app': 'parley' },
      auth: { kind: 'none' },
      tools: { search: { readOnly: true, timeout_seconds: 5, show_results: true }, refund: { approve: true } },
    },
  ]);
});

test.each([
  ['user', { kind: 'user' }],
  ['entra:https://search.azure.com/.default', { kind: 'entra', scope: 'https://search.azure.com/.default' }],
  [`entra:api://${placeholder('env:APP_ID')}/.default`, { kind: 'entra', scope: 'api://1234/.default' }],
])('auth %s is understood', (auth, expected) => {
  expect(read({ auth }, { APP_ID: '1234' }).servers[0]?.auth).toEqual(expected);
});

test.each<[string, object, string[]]>([
  ['a setting that is not set', { url: placeholder('env:ORDERS_URL') }, ['orders needs ORDERS_URL, which is not set']],
  [
    'two that are not set',
    { headers: { 'api-key': placeholder('env:ORDERS_KEY'), 'x-a': placeholder('env:OTHER') } },
    ['orders needs ORDERS_KEY, which is not set', 'orders needs OTHER, which is not set'],
  ],
  [
    'an input of an editor',
    { url: placeholder('input:url') },
    ['orders has a placeholder that is not of the form env:NAME'],
  ],
  ['a server that is a process', { type: 'stdio' }, ['servers.orders.type']],
  ['a url that is none', { url: 'orders' }, ['orders has a url that does not begin with https://']],
  ['a url that others can read', { url: 'http://orders.example.com/mcp' }, ['http:// is for the loopback only']],
  ['a url of another kind', { url: 'file:///etc/passwd' }, ['does not begin with https://']],
  ['a password in the url', { url: 'https://a:secret@example.com/' }, ['a password in it']],
  ['a header that is none', { headers: { 'api key': 'k' } }, ['a header api key that cannot be sent']],
  [
    'auth in two places',
    { auth: 'user', headers: { Authorization: 'Bearer secret' } },
    ['has auth, and a header Authorization beside it'],
  ],
  ['auth that is not known', { auth: 'basic' }, ['servers.orders.auth']],
  ['a time that no turn has', { tools: { a: { timeout_seconds: 221 } } }, ['servers.orders.tools.a.timeout_seconds']],
  ['a key that is misspelt', { tools: { a: { readonly: true } } }, ['servers.orders.tools.a']],
])('%s is a fault, which names the server and no value', (_, orders, expected) => {
  const { faults } = read(orders);
  expect(faults).toHaveLength(expected.length);
  for (const [place, part] of expected.entries()) expect(faults[place]).toContain(part);
  for (const fault of faults) expect(fault).toMatch(/^tools\/mcp\.json is not valid: /);
  expect(faults.join()).not.toContain('secret');
});

test('a value that cannot be sent in a header is a fault, and is not told', () => {
  const { faults } = read({ headers: { 'api-key': placeholder('env:KEY') } }, { KEY: 'sec\nret' });
  expect(faults).toEqual(['tools/mcp.json is not valid: orders has a header api-key that cannot be sent']);
});

test('a server cannot have the name that tools of files have in the OpenAI API', () => {
  const faults: string[] = [];
  readMcpSettings(JSON.stringify({ servers: { parley: { type: 'http', url } } }), {}, faults);
  expect(faults).toEqual([expect.stringMatching(/^tools\/mcp\.json is not valid: parley has the name /)]);
});

test('the loopback may be asked without TLS', () => {
  expect(read({ url: 'http://127.0.0.1:3001/mcp' }).faults).toEqual([]);
});
