import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Failure } from '../../shared/conversation/failure.ts';
import { framesOf, identifierOf, Reason, reasonOf } from '../../shared/conversation/reason.ts';

const SECRET = 'My diagnosis is xyzzy';

/** As libraries of others make them. */
function errorOf(name: string, fields: object = {}, message = SECRET): Error {
  return Object.assign(new Error(message), { name, ...fields });
}

test.each<[string, Error, string]>([
  [
    'a server of Redis',
    errorOf('ReplyError', { command: { args: [SECRET] } }, `OOM ${SECRET}`),
    'ReplyError (code OOM)',
  ],
  [
    'a script of Redis 6',
    errorOf(
      'ReplyError',
      {},
      `ERR Error running script (call to f_1a): @user_script:7: @user_script: 7: -READONLY ${SECRET}`,
    ),
    'ReplyError (code READONLY)',
  ],
  ['the network', errorOf('Error', { code: 'ECONNREFUSED' }), 'Error (code ECONNREFUSED)'],
  [
    'a provider',
    errorOf('APIError', {
      ...{ status: 400, code: 'invalid_value', type: 'invalid_request_error', param: 'max_tokens', error: SECRET },
      headers: new Headers({ 'apim-request-id': '8d1c-22' }),
    }),
    'APIError (status 400, code invalid_value, type invalid_request_error, param max_tokens, request 8d1c-22)',
  ],
  [
    'storage',
    errorOf('RestError', {
      ...{ statusCode: 404, code: 'ContainerNotFound', request: { body: SECRET } },
      response: { headers: new Headers({ 'x-ms-request-id': 'a1b2-c3' }), bodyAsText: SECRET },
    }),
    'RestError (status 404, code ContainerNotFound, request a1b2-c3)',
  ],
  [
    'Microsoft Entra',
    errorOf('AuthenticationError', { statusCode: 400 }, `invalid_client: AADSTS700016: ${SECRET}`),
    'AuthenticationError (status 400, code AADSTS700016)',
  ],
  [
    'many that failed together',
    errorOf('AggregateError', {
      errors: [errorOf('A', { code: 'ENOTFOUND' }), errorOf('B', { code: 'ETIMEDOUT' })],
      code: 'X',
    }),
    'AggregateError (code X) <- A (code ENOTFOUND) <- B (code ETIMEDOUT)',
  ],
])(
  'of an error of %s its name, status, codes and request id are told, and nothing that it quotes',
  (_, error, told) => {
    expect(reasonOf(error)).toBe(told);
    const failure = new Failure('store-unavailable', 'Away.', { cause: new Error(SECRET, { cause: error }) });
    expect(reasonOf(failure)).toMatch(/^Away\. <- Error \(at .*\d\) <- /);
    expect(reasonOf(failure)).toContain(told);
    // Whoever prints it.
    for (const printed of [reasonOf(failure), inspect(failure, { depth: 9 }), JSON.stringify(failure)]) {
      expect(printed).not.toContain('xyzzy');
    }
  },
);

test('of a bug it is told where it arose, and so is what caused it; its message is not, whatever that looks like', () => {
  const message = `${SECRET}\n    at xyzzy (file:///xyzzy.ts:1:2)\n    at ${SECRET}:3:4\n`;
  const bug = new TypeError(message, { cause: new RangeError(SECRET) });
  expect(reasonOf(bug)).toMatch(/^TypeError \(at .*reason\.test\.ts:\d+:\d+\)?\) <- RangeError \(at /);
  const frames = framesOf(bug);
  expect(frames.filter((frame) => frame.includes('reason.test.ts')).length).toBeGreaterThanOrEqual(2);
  expect(frames.join()).not.toContain('xyzzy');
  bug.message = 'changed since';
  expect(framesOf(bug).join()).not.toContain('xyzzy');
});

test('our own words are told, with what caused them', () => {
  const cause = errorOf('Error', { code: 'EACCES' });
  expect(reasonOf(new Reason('the record was lost', { cause }))).toBe('the record was lost <- Error (code EACCES)');
  expect(reasonOf(new Reason('the record was lost'))).toBe('the record was lost');
});

test.each<[string, unknown]>([
  ['a text', SECRET],
  ['nothing', undefined],
  ['null', null],
  ['an object', { message: SECRET, anything: SECRET }],
  [
    'a circle',
    Object.assign(new Error(SECRET), {
      get cause() {
        return this;
      },
    }),
  ],
  [
    'a trap',
    new Proxy(new Error(SECRET), {
      get: () => {
        throw new Error(SECRET);
      },
    }),
  ],
  ['a name that is a text', errorOf(SECRET)],
  ['codes that are texts', errorOf('E', { code: SECRET, type: [SECRET], status: SECRET, param: { SECRET } })],
  [
    'an endless chain',
    Array.from({ length: 99 }).reduce<Error>((cause) => new Error(SECRET, { cause }), new Error(SECRET)),
  ],
])('%s that was thrown is told without any text, and in a bounded line', (_, thrown) => {
  expect(reasonOf(thrown)).not.toContain('xyzzy');
  expect(reasonOf(thrown).length).toBeLessThan(3000);
  expect(framesOf(thrown).length).toBeLessThanOrEqual(20);
});

test('codes are told, and what could be a key or a text is not', () => {
  for (const code of [
    'ECONNRESET',
    'invalid_api_key',
    'DeploymentNotFound',
    'UND_ERR_SOCKET',
    'AADSTS7000215',
    '429',
    429,
  ]) {
    expect(identifierOf(code)).toBe(String(code));
  }
  for (const other of [
    ...[
      'sk-secret',
      'sk-proj-0123',
      '0123456789abcdef0123456789abcdef',
      'f0e1d2c3b4a5968778695a4b3c2d1e0f',
      'two words',
    ],
    ...[
      '',
      'zwölf',
      'a@b.example',
      `eyJ${'a'.repeat(60)}`,
      'x'.repeat(41),
      1.5,
      Number.NaN,
      123_456,
      null,
      undefined,
      {},
    ],
  ]) {
    expect(identifierOf(other)).toBe(undefined);
  }
});
