import { once } from 'node:events';
import { createServer, request as openRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

const principalHeader = 'x-ms-client-principal';
const nameHeader = 'x-ms-client-principal-name';

/**
 * What App Service authentication puts in front of an app: it takes the principal away that a client has sent, and sets
 * its own where it knows who calls. Here it believes every bearer token, which is the user's name.
 *
 * @param app its URL, without a path
 */
export async function startEasyAuth(app: string): Promise<{ url: string; stop(): void }> {
  const server = createServer((request, response) => {
    const { [principalHeader]: _, [nameHeader]: __, ...headers } = request.headers;
    const [, user] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? [];
    if (user !== undefined) {
      headers[principalHeader] = principalOf(user);
      headers[nameHeader] = `${user}@contoso.com`;
    }
    const onward = openRequest(`${app}${request.url}`, { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function principalOf(user: string): string {
  const claims = [
    { typ: 'tid', val: 'a-tenant' },
    { typ: 'oid', val: user },
  ];
  return Buffer.from(JSON.stringify({ auth_typ: 'aad', claims, name_typ: 'name', role_typ: 'roles' })).toString(
    'base64',
  );
}
