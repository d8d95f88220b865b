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
    'a cluster of Redis',
    errorOf('ClusterAllFailedError', {
      code: 'X',
      lastNodeError: errorOf('ReplyError', {}, `NOAUTH ${SECRET}`),
    }),
    'ClusterAllFailedError (code X) <- ReplyError (code NOAUTH)',
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
  expect(reasonOf(bug)).toMatch(/^TypeError <- RangeError/);
});

test('of places only those are told that have the form of one', () => {
  expect(framesOf(new Error(''))[0]).toMatch(/^at .*reason\.test\.ts:\d+:\d+\)?$/);
  const lines = ['E: m', '    at one (file:///a.ts:1:2)', '    at two:3:4 xyzzy', 'xyzzy at three:5:6'];
  expect(framesOf(Object.assign(new Error('m'), { stack: lines.join('\n') }))).toEqual(['at one (file:///a.ts:1:2)']);
});

test('what has neither codes nor places is told by its name, or by what it is', () => {
  class ServiceError extends Error {
    override stack = 'none';
  }
  expect(reasonOf(new ServiceError(SECRET))).toBe('ServiceError');
  expect(reasonOf(errorOf('E', { stack: `E: ${SECRET}` }))).toBe('E');
  expect(reasonOf(errorOf('E', { message: Symbol(SECRET) }))).toBe('E');
  expect(reasonOf(SECRET)).toBe('string');
  expect(reasonOf(undefined)).toBe('undefined');
  expect(reasonOf(null)).toBe('object');
  expect(reasonOf(7)).toBe('number');
});

test('no word is taken out of a text, nor an id', () => {
  const stack = 'none';
  expect(reasonOf(errorOf('ReplyError', { stack }, 'it was XYZZY'))).toBe('ReplyError');
  const headers = new Headers({
    'x-request-id': 'a long xyzzy',
    'apim-request-id': 'long, xyzzy',
    'x-ms-request-id': 'i',
  });
  expect(reasonOf(errorOf('E', { stack, headers }))).toBe('E');
});

test('of several errors in one five are told, and ten of all; the rest is not even looked at', () => {
  const errors = Array.from({ length: 9 }, (_, n) => errorOf(`E${n}`, { code: 'X' }));
  expect(reasonOf(errorOf('All', { code: 'X', errors })).match(/E\d/g)).toEqual(['E0', 'E1', 'E2', 'E3', 'E4']);
  let read = 0;
  class Endless extends Error {
    override get cause(): unknown {
      read += 1;
      if (read > 99) throw new Error('endless');
      return new Endless();
    }
  }
  expect(reasonOf(new Endless()).split(' <- ')).toHaveLength(10);
  expect(read).toBeLessThanOrEqual(10);
});

test('our own words are told, with what caused them', () => {
  const cause = errorOf('Error', { code: 'EACCES' });
  expect(reasonOf(new Reason('the record was lost', { cause }))).toBe('the record was lost <- Error (code EACCES)');
  expect(reasonOf(new Reason('the record was lost'))).toBe('the record was lost');
  expect(String(new Reason('the record was lost'))).toBe('Reason: the record was lost');
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
    99_999,
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
      100_000,
      null,
      undefined,
      {},
    ],
  ]) {
    expect(identifierOf(other)).toBe(undefined);
  }
});
