import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Failure } from '../../shared/conversation/failure.ts';
import type { Identify } from '../../shared/identity/caller.ts';
import { identifyJwt } from '../../shared/identity/jwt.ts';
import { keyedHash } from '../../shared/platform/keyed-hash.ts';
import { newKey, OidcIssuer } from './oidc-issuer.ts';
import { requestWith } from './request-with.ts';

let issuer: OidcIssuer;
let identify: Identify;
const hash = keyedHash('k');
const fresh = () => identifyJwt({ issuer: issuer.url, audience: 'parley', jwksUrl: undefined }, hash);

beforeAll(async () => {
  issuer = await OidcIssuer.start();
  identify = fresh();
});
afterAll(() => issuer.stop());
afterEach(() => void vi.useRealTimers());

const call = (authorization: string | undefined, by = identify) => by(requestWith({ authorization }));
const bearer = async (...parts: Parameters<OidcIssuer['token']>) => `Bearer ${await issuer.token(...parts)}`;

async function refusal(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => undefined,
    (failure) => failure,
  );
  expect(error).toBeInstanceOf(Failure);
  return error;
}

test('the token is kept with the caller for as long as its request lasts, to be passed on', async () => {
  const sent = await bearer();
  expect(`Bearer ${(await call(sent)).token}`).toBe(sent);
});

test('a token of the issuer names its subject, whoever calls and however often', async () => {
  expect((await call(await bearer())).owner).toBe(hash('owner', 'jwt', issuer.url, 'alice'));
  expect(await call(await bearer({ sub: 'bob', aud: ['other', 'parley'] }))).toMatchObject({
    owner: hash('owner', 'jwt', issuer.url, 'bob'),
  });
  expect(issuer.keyRequests).toBe(1);
});

test('a token tells what its subject is called, where it says so', async () => {
  const name = async (claims: object) => (await call(await bearer(claims as Record<string, unknown>))).name;
  expect(await name({ name: 'Alice 李', preferred_username: 'alice@contoso.com' })).toBe('Alice 李');
  expect(await name({ preferred_username: 'alice@contoso.com' })).toBe('alice@contoso.com');
  expect(await name({ name: { first: 'Alice' }, preferred_username: '\u2028' })).toBeUndefined();
});

const now = () => Math.floor(Date.now() / 1000);
const unsigned = (header: object, claims: object) =>
  [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
const claims = () => ({ iss: issuer.url, aud: 'parley', sub: 'alice', exp: now() + 600 });

test.each<[string, () => Promise<string | undefined>]>([
  ['none', async () => undefined],
  ['an empty header', async () => ''],
  ['another scheme', async () => `Basic ${Buffer.from('a:b').toString('base64')}`],
  ['no JWT', async () => 'Bearer abc'],
  ['three empty parts', async () => 'Bearer ..'],
  ['alg none', async () => `Bearer ${unsigned({ alg: 'none' }, claims())}.`],
  ['alg NONE with a kid', async () => `Bearer ${unsigned({ alg: 'NONE', kid: 'first' }, claims())}.`],
  [
    'HS256 with the public key as the secret',
    async () => {
      const pem = createPublicKey({ key: issuer.key.public as JsonWebKey, format: 'jwk' }).export({
        type: 'spki',
        format: 'pem',
      });
      const text = unsigned({ alg: 'HS256', kid: 'first' }, claims());
      return `Bearer ${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`;
    },
  ],
  ['another issuer', () => bearer({ iss: 'https://evil.example' })],
  ['no issuer', () => bearer({ iss: undefined })],
  ['another audience', () => bearer({ aud: 'other' })],
  ['no audience', () => bearer({ aud: undefined })],
  ['an expired token', () => bearer({ exp: now() - 61 })],
  ['no expiry', () => bearer({ exp: undefined })],
  ['an expiry that is text', () => bearer({ exp: String(now() + 600) })],
  ['a token of the future', () => bearer({ nbf: now() + 65 })],
  ['no subject', () => bearer({ sub: undefined })],
  ['an empty subject', () => bearer({ sub: '' })],
  ['a subject that is no text', () => bearer({ sub: 7 })],
  ['an unknown key id', () => bearer({}, { kid: 'unknown' })],
  ['a key of somebody else under the right id', async () => bearer({}, {}, { ...(await newKey('first')) })],
  [
    'the attacker’s key in the header',
    async () => {
      const own = await newKey('own');
      return bearer({}, { jwk: own.public, kid: undefined }, own);
    },
  ],
  [
    'the attacker’s key set in the header',
    async () => {
      const own = await newKey('own');
      return bearer({}, { jku: 'https://evil.example/keys' }, own);
    },
  ],
  [
    'an extension that nobody knows',
    async () => {
      const text = unsigned({ alg: 'RS256', kid: 'first', crit: ['x'], x: 1 }, claims());
      return `Bearer ${text}.AAAA`;
    },
  ],
  [
    'changed claims',
    async () => {
      const [header, , signature] = (await issuer.token()).split('.');
      return `Bearer ${header}.${Buffer.from(JSON.stringify({ ...claims(), sub: 'root' })).toString('base64url')}.${signature}`;
    },
  ],
  ['a cut signature', async () => (await bearer()).slice(0, -4)],
  ['two tokens', async () => `${await bearer()} ${await issuer.token()}`],
])('%s lets nobody in', async (_, authorization) => {
  const failure = await refusal(call(await authorization()));
  expect(failure.code).toBe('unauthenticated');
  expect(failure.challenge).toMatch(/^Bearer realm="parley"/);
});

test('unknown key ids cannot make the service fetch keys again and again', async () => {
  const by = fresh();
  await call(await bearer(), by);
  const before = issuer.keyRequests;
  for (let n = 0; n < 20; n += 1) await refusal(call(await bearer({}, { kid: `unknown-${n}` }), by));
  expect(issuer.keyRequests - before).toBeLessThanOrEqual(1);
});

test('a rotated key works within 45 seconds, and the old one no more', async () => {
  const by = fresh();
  const old = await bearer();
  await call(old, by);
  await issuer.rotate();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 45_000 });
  expect(await call(await bearer(), by)).toMatchObject({ owner: expect.any(String) });
  expect((await refusal(call(old, by))).code).toBe('unauthenticated');
});

test('clocks may differ by a minute', async () => {
  const by = fresh();
  const owner = hash('owner', 'jwt', issuer.url, 'alice');
  expect(await call(await bearer({ exp: now() - 55 }), by)).toMatchObject({ owner });
  expect(await call(await bearer({ nbf: now() + 55, iat: now() + 55 }), by)).toMatchObject({ owner });
});

describe('while the issuer is away', () => {
  let by: Identify;
  beforeEach(async () => {
    by = fresh();
    await call(await bearer(), by);
    issuer.isUp = false;
  });
  afterEach(() => {
    issuer.isUp = true;
    issuer.hangs = false;
  });
  const later = (seconds: number) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
  };

  test('its known keys are used, however long that is, and it is asked for them now and then', async () => {
    const before = issuer.keyRequests;
    for (const hours of [1, 10, 24]) {
      later(hours * 3600);
      for (let n = 0; n < 20; n += 1)
        expect(await call(await bearer(), by)).toMatchObject({ owner: expect.any(String) });
    }
    expect(issuer.keyRequests - before).toBe(3);
  });

  test('known keys are used at once, also where it hangs', async () => {
    later(3600);
    issuer.hangs = true;
    await call(await bearer(), by);
    vi.useRealTimers();
    later(3601);
    const before = issuer.keyRequests;
    await Promise.all(Array.from({ length: 20 }, async () => call(await bearer(), by)));
    expect(issuer.keyRequests).toBe(before);
  });

  test('a key that is not known is no verdict on the token, and does not make the service ask again and again', async () => {
    later(60);
    const before = issuer.keyRequests;
    for (let n = 0; n < 20; n += 1) {
      const token = await bearer({}, { kid: `unknown-${n}` });
      expect(await refusal(call(token, by))).toMatchObject({ code: 'identity-unavailable' });
    }
    expect(issuer.keyRequests - before).toBe(1);
  });

  test('what it has rotated meanwhile works within 45 seconds of its return, and the old key no more', async () => {
    later(3600);
    const old = await bearer();
    await call(old, by);
    await issuer.rotate();
    issuer.isUp = true;
    vi.useRealTimers();
    later(3645);
    expect(await call(await bearer(), by)).toMatchObject({ owner: expect.any(String) });
    expect((await refusal(call(old, by))).code).toBe('unauthenticated');
  });
});

test('while the keys were never had nobody is let in, with 503, and once they can, everybody again', async () => {
  const by = fresh();
  issuer.isUp = false;
  expect(await refusal(call(await bearer(), by))).toMatchObject({ code: 'identity-unavailable' });
  issuer.isUp = true;
  expect(await call(await bearer(), by)).toMatchObject({ owner: expect.any(String) });
});
