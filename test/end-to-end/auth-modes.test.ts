import { randomBytes } from 'node:crypto';
import { afterAll, describe } from 'vitest';
import { startHost } from '../host/start-host.ts';
import { startEasyAuth } from '../identity/easy-auth-front.ts';
import { OidcIssuer } from '../identity/oidc-issuer.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { type DeploymentVariables, deploymentOf } from './deployment.ts';
import { deploymentContract } from './deployment-contract.ts';

// As a deployment is tested, from its URL alone, in every way of knowing who calls, and with a model that says what it likes.

const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

async function serve(settings: Record<string, string>): Promise<string> {
  const upstream = await ScriptedUpstream.start(() => ({
    deltas: Array.from({ length: 4 }, () => `${randomBytes(3).toString('hex')} `),
  }));
  ends.push(() => upstream.stop());
  const env = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted', ...settings };
  const host = await startHost({ env });
  ends.push(() => host.stop());
  return host.url;
}

const modes: Record<string, () => Promise<DeploymentVariables>> = {
  async key() {
    const url = await serve({ AUTH_MODE: 'key', RATE_LIMIT_PER_MINUTE: '600' });
    return { PARLEY_URL: url, PARLEY_KEY: 'a-key', PARLEY_USER: 'alice', PARLEY_OTHER_USER: 'bob' };
  },
  async jwt() {
    const issuer = await OidcIssuer.start();
    ends.push(() => issuer.stop());
    const url = await serve({ AUTH_MODE: 'jwt', AUTH_ISSUER: issuer.url, AUTH_AUDIENCE: 'parley' });
    return {
      PARLEY_URL: url,
      PARLEY_TOKEN: await issuer.token(),
      PARLEY_OTHER_TOKEN: await issuer.token({ sub: 'bob' }),
    };
  },
  async easyauth() {
    const front = await startEasyAuth(await serve({ AUTH_MODE: 'easyauth', WEBSITE_AUTH_ENABLED: 'True' }));
    ends.push(() => front.stop());
    return { PARLEY_URL: `${front.url}/`, PARLEY_TOKEN: 'alice', PARLEY_OTHER_TOKEN: 'bob' };
  },
};

describe.each(Object.entries(modes))('with AUTH_MODE=%s', (_, start) => {
  deploymentContract(async () => deploymentOf(await start()), { user: true, other: true });
});
