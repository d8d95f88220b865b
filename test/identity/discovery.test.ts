import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { identifyJwt } from '../../shared/identity/jwt.ts';
import { keyedHash } from '../../shared/platform/keyed-hash.ts';
import { OidcIssuer } from './oidc-issuer.ts';
import { requestWith } from './request-with.ts';

let genuine: OidcIssuer;
let server: Server;
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  genuine = await OidcIssuer.start();
  server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.close();
  await genuine.stop();
});

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const document = (content: object) => (response: ServerResponse) => void response.end(JSON.stringify(content));

test.each<[string, () => typeof answer]>([
  ['another issuer’s', () => document({ issuer: genuine.url, jwks_uri: `${genuine.url}/keys` })],
  ['where keys can be changed on their way', () => document({ issuer: url(), jwks_uri: 'http://keys.example/keys' })],
  ['without keys', () => document({ issuer: url() })],
  ['with keys in a file', () => document({ issuer: url(), jwks_uri: 'file:///etc/passwd' })],
  ['elsewhere', () => (response) => void response.writeHead(302, { location: `${genuine.url}/keys` }).end()],
])('a discovery document %s is not believed: nobody is let in, and its keys are not fetched', async (_, answers) => {
  answer = answers();
  const identify = identifyJwt({ issuer: url(), audience: 'parley', jwksUrl: undefined }, keyedHash('k'));
  const authorization = `Bearer ${await genuine.token({ iss: url() })}`;
  await expect(identify(requestWith({ authorization }))).rejects.toMatchObject({ code: 'identity-unavailable' });
  expect(genuine.keyRequests).toBe(0);
});
