import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../shared/conversation/failure.ts';
import { identifyEasyAuth } from '../../shared/identity/easyauth.ts';
import { identifyKey } from '../../shared/identity/key.ts';
import { keyedHash } from '../../shared/platform/keyed-hash.ts';
import { requestWith } from './request-with.ts';

const hash = keyedHash('k');

async function isRefused(promise: Promise<unknown>): Promise<void> {
  const failure = await promise.then(
    (caller) => caller,
    (error) => error,
  );
  expect(failure).toBeInstanceOf(Failure);
  expect(failure).toMatchObject({ code: 'unauthenticated', challenge: expect.stringContaining('realm="parley"') });
}

describe('AUTH_MODE=key', () => {
  const identify = identifyKey(hash);

  test('knows users by x-user-id, which is case-sensitive, and keeps them apart', async () => {
    const owner = async (user: string) => (await identify(requestWith({ 'x-user-id': user }))).owner;
    expect(await owner('alice')).toBe(hash('owner', 'key', 'alice'));
    expect(new Set(await Promise.all(['alice', 'Alice', 'alice@x', 'a'.repeat(200)].map(owner))).size).toBe(4);
    expect((await identify(requestWith({ 'x-user-id': 'alice' }))).name).toBe('alice');
  });

  test.each([undefined, '', 'a'.repeat(201), 'zoë', 'a\tb'])('refuses %j', (user) =>
    isRefused(identify(requestWith({ 'x-user-id': user }))),
  );
});

describe('AUTH_MODE=easyauth', () => {
  const identify = identifyEasyAuth(hash);
  const long = 'http://schemas.microsoft.com/identity/claims/';
  const header = (principal: unknown) => Buffer.from(JSON.stringify(principal)).toString('base64');
  const of = (...claims: [string, unknown][]) =>
    header({ auth_typ: 'aad', claims: claims.map(([typ, val]) => ({ typ, val })), name_typ: 'n', role_typ: 'r' });
  const call = (value: string | undefined) => identify(requestWith({ 'x-ms-client-principal': value }));

  test('knows a user by tenant and object id, in either spelling', async () => {
    const owner = hash('owner', 'easyauth', 't', 'o');
    expect(await call(of(['tid', 't'], ['oid', 'o'], ['name', 'Zoë']))).toEqual({ owner, name: 'Zoë' });
    expect(await call(of([`${long}tenantid`, 't'], [`${long}objectidentifier`, 'o']))).toEqual({ owner });
    expect(await call(of(['tid', 't'], [`${long}tenantid`, 't'], ['oid', 'o']))).toEqual({ owner });
    expect(await call(of(['tid', 't2'], ['oid', 'o']))).not.toEqual({ owner });
  });

  test('has the token that the platform keeps for the user, to be passed on', async () => {
    const signedIn = { 'x-ms-client-principal': of(['tid', 't'], ['oid', 'o']) };
    const tokenOf = async (kept: string | undefined) =>
      (await identify(requestWith({ ...signedIn, 'x-ms-token-aad-access-token': kept }))).token;
    expect(await tokenOf('of-alice')).toBe('of-alice');
    expect(await tokenOf(undefined)).toBeUndefined();
    expect(await tokenOf('')).toBeUndefined();
    expect(await tokenOf('two words')).toBeUndefined();
  });

  const claimedName = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name';
  test.each<[string, [string, unknown][], string | undefined, string | undefined]>([
    [
      'the name',
      [
        ['name', 'Zoë 李'],
        ['preferred_username', 'z@contoso.com'],
      ],
      'zoe',
      'Zoë 李',
    ],
    ['the name by its long claim', [[claimedName, 'Zoë']], undefined, 'Zoë'],
    ['the user name where there is no name', [['preferred_username', 'z@contoso.com']], 'zoe', 'z@contoso.com'],
    ['the platform’s header where no claim says it', [], 'zoe@contoso.com', 'zoe@contoso.com'],
    ['nothing where nothing says it', [], undefined, undefined],
    [
      'nothing where two names differ',
      [
        ['name', 'Zoë'],
        [claimedName, 'Zoe'],
      ],
      undefined,
      undefined,
    ],
    ['no name of several lines', [['name', 'Zoë\nAdmin']], 'zoe', 'zoe'],
    ['no name that is too long', [['name', 'z'.repeat(201)]], undefined, undefined],
    ['no name that is half a character', [['name', '\ud83d']], undefined, undefined],
    ['no blank name', [['name', ' ']], undefined, undefined],
    ['no header beyond ASCII', [], 'ZoÃ«', undefined],
  ])('tells %s', async (_, claims, header, name) => {
    const principal = of(['tid', 't'], ['oid', 'o'], ...claims);
    const headers = { 'x-ms-client-principal': principal, 'x-ms-client-principal-name': header };
    expect((await identify(requestWith(headers))).name).toBe(name);
  });

  test.each<[string, string | undefined]>([
    ['no header', undefined],
    ['an empty header', ''],
    ['what is not base64', '{}'],
    ['what is not JSON', Buffer.from('{').toString('base64')],
    ['what is not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]).toString('base64')],
    ['an empty principal', header({})],
    ['null', header(null)],
    ['a list', header([])],
    ['claims that are none', header({ claims: [null, 1, 'x', {}, { typ: 'tid' }] })],
    ['no tenant', of(['oid', 'o'])],
    ['no object', of(['tid', 't'])],
    ['an empty object', of(['tid', 't'], ['oid', ''])],
    ['values that are no text', of(['tid', 't'], ['oid', 7])],
    ['two objects', of(['tid', 't'], ['oid', 'o'], [`${long}objectidentifier`, 'other'])],
    ['far too much', of(['tid', 't'], ['oid', 'o'], ['x', 'x'.repeat(60_000)])],
  ])('refuses %s', (_, value) => isRefused(call(value)));

  test('refuses whatever else stands in the header, and breaks on none of it', () =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: 'binary-ascii' }),
          fc.json().map((json) => Buffer.from(json).toString('base64')),
        ),
        (value) =>
          // A header cannot hold all characters.
          isRefused(call(/^[\x20-\x7e]*$/.test(value) ? value : undefined)),
      ),
    ));
});
