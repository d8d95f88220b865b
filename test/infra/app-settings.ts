import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSettings, SettingsError } from '../../shared/settings.ts';
import { settingsOf } from './resources.ts';
import type { Snapshot } from './snapshot.ts';

const docs = resolve(import.meta.dirname, '../../docs');

const ofThePlatform = [
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'AZURE_CLIENT_ID',
  'AzureWebJobsDisableHomepage',
  'AzureWebJobsStorage__accountName',
  'AzureWebJobsStorage__clientId',
  'AzureWebJobsStorage__credential',
];

const ofTheApp = [
  'AUDIT_SINK',
  'AUTH_MODE',
  'AZURE_OPENAI_DEPLOYMENT',
  'AZURE_OPENAI_ENDPOINT',
  'AZURE_OPENAI_TOKEN_SCOPE',
  'CONTEXT_OVERFLOW',
  'OWNER_HASH_KEY',
  'PARLEY_ENVIRONMENT',
  'RATE_LIMIT_PER_MINUTE',
  'REDIS_AUTH',
  'REDIS_CLUSTER',
  'REDIS_URL',
  'SESSION_TITLES',
];

/** What a combination sets beyond that. */
const further: Record<string, string[]> = {
  'existing-openai': ['SUMMARY_DEPLOYMENT'],
  jwt: ['AUTH_AUDIENCE', 'AUTH_ISSUER', 'AUTH_JWKS_URL'],
  production: [
    ...['AUDIT_BLOB_CONTAINER', 'AUDIT_BLOB_ENDPOINT', 'AUDIT_CONTENT', 'TOKEN_LIMIT_PER_DAY'],
    ...['BRAND_ACCENT', 'BRAND_DISCLAIMER', 'BRAND_FOOTER', 'BRAND_FOOTER_URL', 'BRAND_GREETING', 'BRAND_LANGUAGES'],
    ...['BRAND_LOGO', 'BRAND_NAME', 'BRAND_RETENTION'],
  ],
};

/** What Azure makes of the expressions, in their form. */
const fromAzure: Record<string, string> = {
  AUDIT_BLOB_ENDPOINT: 'https://st0123456789abc.blob.core.windows.net/',
  AZURE_OPENAI_ENDPOINT: 'https://oai-0123456789abc.openai.azure.com/',
  OWNER_HASH_KEY: '22222222-2222-5222-8222-222222222222',
  REDIS_CLUSTER: 'false',
  REDIS_URL: 'rediss://redis-0123456789abc.swedencentral.redis.azure.net:10000',
};

/** The names that the app's own reader asks the environment for. */
function namesRead(): Set<string> {
  const names = new Set<string>();
  readSettings(new Proxy<Record<string, undefined>>({}, { get: (_, name) => void names.add(String(name)) }));
  return names;
}

function faultsOf(environment: Record<string, string>): string[] {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split('\n').slice(1);
    throw error;
  }
  return [];
}

export function appSettingsSuite(combinations: string[], get: (combination: string) => Snapshot): void {
  const ownNames = (combination: string) =>
    Object.keys(settingsOf(get(combination))).filter((name) => !ofThePlatform.includes(name));

  describe.each(combinations)('the application settings with %s', (combination) => {
    test('are these', () => {
      expect(Object.keys(settingsOf(get(combination))).sort()).toEqual(
        [...ofThePlatform, ...ofTheApp, ...(further[combination] ?? [])].sort(),
      );
    });

    test('are all read by the app, or are the platform’s', () => {
      const read = namesRead();
      expect(ownNames(combination).filter((name) => !read.has(name))).toEqual([]);
    });

    test('are all documented', async () => {
      const settings = await readFile(resolve(docs, 'settings.md'), 'utf8');
      for (const name of ownNames(combination)) expect(settings).toContain(`\n| \`${name}\``);
      const deploy = await readFile(resolve(docs, 'deploy.md'), 'utf8');
      for (const name of ofThePlatform) expect(deploy).toContain(`\n| \`${name}\``);
    });

    test('are settings that the app can work with in Azure', () => {
      const settings = settingsOf(get(combination));
      const environment = Object.fromEntries(
        Object.entries(settings).map(([name, value]) => [
          name,
          value.startsWith('[') ? (fromAzure[name] ?? '') : value.startsWith('@') ? 'the secret' : value,
        ]),
      );
      // The platform sets these.
      const isSignInOn = get(combination).predictedResources.some(({ name }) => name.endsWith('/authsettingsV2'));
      const platform = { WEBSITE_SKU: 'FlexConsumption', WEBSITE_AUTH_ENABLED: isSignInOn ? 'True' : '' };
      expect(faultsOf({ ...environment, ...platform })).toEqual([]);
    });

    test('let identities alone into Redis, with a key of callers’ hashes that lasts as long as the identity', () => {
      const settings = settingsOf(get(combination));
      expect(settings['REDIS_AUTH']).toBe('entra');
      expect(settings['OWNER_HASH_KEY']).toMatch(
        combination === 'production' ? /^@Microsoft\.KeyVault\(/ : /^\[guid\(reference\('.*id-\w+'.*\)\.principalId, /,
      );
    });
  });
}
