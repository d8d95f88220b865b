import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readSettings, SettingsError } from '../shared/settings.ts';

const azure = {
  WEBSITE_INSTANCE_ID: 'abc',
  REDIS_URL: 'rediss://cache.example:6380',
  AZURE_OPENAI_ENDPOINT: 'https://x.openai.azure.com',
  AZURE_OPENAI_DEPLOYMENT: 'gpt',
  OWNER_HASH_KEY: 'k',
};

function faultsOf(environment: Record<string, string>): string {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return '';
}

async function sampleValues(): Promise<Record<string, string>> {
  return JSON.parse(await readFile('local.settings.sample.json', 'utf8')).Values;
}

describe('settings', () => {
  test('are the embedded defaults where nothing is set', () => {
    expect(readSettings({})).toMatchObject({
      inAzure: false,
      auth: { mode: 'open' },
      store: { kind: 'memory' },
      model: { kind: 'demo' },
      sessionTtlSeconds: 3600,
      maxContextTokens: 3000,
      maxOutputTokens: 500,
      maxMessageCharacters: 32_000,
      maxBodyBytes: 262_144,
      turnLeaseSeconds: 10,
      turnDeadlineSeconds: 210,
      modelTimeoutSeconds: 60,
    });
  });

  test('that are empty count as absent', () => {
    expect(readSettings({ REDIS_URL: '', MAX_CONTEXT_TOKENS: ' ' })).toEqual(readSettings({}));
  });

  test('choose Azure OpenAI by its endpoint, with Entra where there is no key', () => {
    const environment = { AZURE_OPENAI_ENDPOINT: 'https://x.openai.azure.com', AZURE_OPENAI_DEPLOYMENT: 'gpt' };
    expect(readSettings(environment).model).toEqual({
      kind: 'azure',
      api: 'chat',
      baseUrl: 'https://x.openai.azure.com/openai/v1/',
      apiKey: undefined,
      tokenScope: 'https://ai.azure.com/.default',
      model: 'gpt',
      fallbackModels: [],
    });
  });

  test('list the deployments to fall back to, in their order', () => {
    const environment = {
      AZURE_OPENAI_ENDPOINT: 'https://x.openai.azure.com',
      AZURE_OPENAI_DEPLOYMENT: 'gpt',
      AZURE_OPENAI_FALLBACK_DEPLOYMENTS: 'gpt-south, gpt-small,',
    };
    expect(readSettings(environment).model).toMatchObject({ fallbackModels: ['gpt-south', 'gpt-small'] });
    expect(faultsOf({ AZURE_OPENAI_FALLBACK_DEPLOYMENTS: 'gpt-south' })).toContain('AZURE_OPENAI_FALLBACK_DEPLOYMENTS');
  });

  test('let the model name conversations, or their first words', () => {
    expect(readSettings({})).toMatchObject({ sessionTitles: 'model' });
    expect(readSettings({ SESSION_TITLES: 'first-words' })).toMatchObject({ sessionTitles: 'first-words' });
    expect(faultsOf({ SESSION_TITLES: 'none' })).toContain('SESSION_TITLES must be one of model, first-words');
  });

  test('let summaries stand for the oldest turns, by the model that answers or another', () => {
    expect(readSettings({})).toMatchObject({ contextOverflow: 'summarize' });
    expect(readSettings({ CONTEXT_OVERFLOW: 'drop' })).toMatchObject({ contextOverflow: 'drop' });
    expect(faultsOf({ CONTEXT_OVERFLOW: 'forget' })).toContain('CONTEXT_OVERFLOW');
    const atAzure = { AZURE_OPENAI_ENDPOINT: 'https://x.openai.azure.com', AZURE_OPENAI_DEPLOYMENT: 'gpt' };
    expect(readSettings({ ...atAzure, SUMMARY_DEPLOYMENT: 'small' }).model).toMatchObject({ summaryModel: 'small' });
    const openai = { OPENAI_BASE_URL: 'http://127.0.0.1:8000/v1', OPENAI_MODEL: 'llama' };
    expect(readSettings({ ...openai, SUMMARY_MODEL: 'tiny' }).model).toMatchObject({ summaryModel: 'tiny' });
    expect(faultsOf({ SUMMARY_DEPLOYMENT: 'small' })).toContain('SUMMARY_DEPLOYMENT needs');
    expect(faultsOf({ SUMMARY_MODEL: 'tiny' })).toContain('SUMMARY_MODEL needs');
  });

  test('limit nobody by default, and refuse a token limit that the largest turn alone would pass', () => {
    expect(readSettings({}).limits).toEqual({ requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 0 });
    expect(readSettings({ RATE_LIMIT_PER_MINUTE: '20', TOKEN_LIMIT_PER_DAY: '3500' }).limits).toEqual({
      requests_per_minute: 20,
      tokens_per_minute: 0,
      tokens_per_day: 3500,
    });
    expect(faultsOf({ TOKEN_LIMIT_PER_MINUTE: '3499' })).toContain('TOKEN_LIMIT_PER_MINUTE');
  });

  test('choose where the audit log goes, and refuse a choice that cannot work', () => {
    expect(readSettings({}).audit).toEqual({ sink: { kind: 'none' }, content: 'none', required: false });
    const file = { AUDIT_SINK: 'file', AUDIT_FILE: '/var/audit', AUDIT_CONTENT: 'full', AUDIT_REQUIRED: 'true' };
    expect(readSettings(file).audit).toEqual({
      sink: { kind: 'file', path: '/var/audit' },
      content: 'full',
      required: true,
    });
    const endpoint = 'https://x.blob.core.windows.net';
    expect(readSettings({ AUDIT_SINK: 'blob', AUDIT_BLOB_ENDPOINT: endpoint }).audit.sink).toEqual({
      kind: 'blob',
      container: 'audit',
      account: { endpoint },
    });
    const local = { AUDIT_SINK: 'blob', AUDIT_BLOB_CONNECTION_STRING: 'UseDevelopmentStorage=true' };
    expect(readSettings({ ...local, AUDIT_BLOB_CONTAINER: 'own' }).audit.sink).toEqual({
      kind: 'blob',
      container: 'own',
      account: { connectionString: 'UseDevelopmentStorage=true' },
    });
    expect(faultsOf({ AUDIT_REQUIRED: 'true' })).toContain('AUDIT_REQUIRED');
    expect(faultsOf({ AUDIT_SINK: 'file' })).toContain('AUDIT_FILE');
    expect(faultsOf({ AUDIT_SINK: 'blob' })).toContain('AUDIT_BLOB_ENDPOINT');
    expect(faultsOf({ ...local, AUDIT_BLOB_ENDPOINT: endpoint })).toContain('only one');
    expect(faultsOf({ AUDIT_BLOB_CONTAINER: 'Not_A_Name' })).toContain('AUDIT_BLOB_CONTAINER');
  });

  test('choose any compatible server by its base URL', () => {
    const environment = {
      OPENAI_BASE_URL: 'http://127.0.0.1:8000/v1',
      OPENAI_MODEL: 'llama',
      MODEL_API: 'completions',
    };
    expect(readSettings(environment).model).toMatchObject({
      kind: 'openai',
      api: 'completions',
      baseUrl: 'http://127.0.0.1:8000/v1/',
      model: 'llama',
    });
  });

  test('say who connects to Redis: the URL, or an identity, whose tokens go over TLS only', () => {
    expect(readSettings({ REDIS_URL: 'redis://h' }).store).toEqual({
      kind: 'redis',
      url: 'redis://h',
      cluster: false,
      waitReplicas: 0,
      auth: 'url',
    });
    const entra = { REDIS_AUTH: 'entra', REDIS_CLUSTER: 'true', REDIS_WAIT_REPLICAS: '1' };
    expect(readSettings({ ...entra, REDIS_URL: 'rediss://h:10000' }).store).toMatchObject({
      auth: 'entra',
      cluster: true,
      waitReplicas: 1,
    });
    expect(faultsOf({ ...entra, REDIS_URL: 'redis://h:10000' })).toContain('REDIS_AUTH');
    expect(faultsOf({ REDIS_CLUSTER: 'true' })).toContain('REDIS_CLUSTER needs REDIS_URL');
  });

  test('choose how callers are known, and refuse what would let anyone in', () => {
    expect(faultsOf({ AUTH_MODE: 'easyauth' })).toContain('WEBSITE_AUTH_ENABLED');
    expect(faultsOf({ AUTH_MODE: 'easyauth', WEBSITE_AUTH_ENABLED: 'False' })).toContain('WEBSITE_AUTH_ENABLED');
    expect(readSettings({ AUTH_MODE: 'easyauth', WEBSITE_AUTH_ENABLED: 'True' }).auth).toEqual({ mode: 'easyauth' });
    expect(faultsOf({ AUTH_MODE: 'jwt', AUTH_ISSUER: 'https://i' })).toContain('AUTH_AUDIENCE');
    expect(faultsOf({ AUTH_MODE: 'jwt', AUTH_ISSUER: 'http://i', AUTH_AUDIENCE: 'a' })).toContain('AUTH_ISSUER');
    const issuer = { AUTH_MODE: 'jwt', AUTH_ISSUER: 'http://127.0.0.1:9/', AUTH_AUDIENCE: 'a' };
    expect(readSettings(issuer).auth).toMatchObject({ mode: 'jwt', issuer: 'http://127.0.0.1:9/', audience: 'a' });
    expect(faultsOf({ ...issuer, AUTH_JWKS_URL: 'http://keys' })).toContain('AUTH_JWKS_URL');
  });

  test('that are wrong are all named in one message, without their values', () => {
    const message = faultsOf({
      REDIS_URL: 'http://secret',
      MAX_CONTEXT_TOKENS: '-1',
      SESSION_TTL_SECONDS: 'secret',
      MODEL_API: 'secret',
      AUTH_MODE: 'secret',
      AZURE_OPENAI_ENDPOINT: 'https://x.openai.azure.com',
      OPENAI_API_KEY: 'secret',
    });
    for (const name of [
      'REDIS_URL',
      'MAX_CONTEXT_TOKENS',
      'SESSION_TTL_SECONDS',
      'MODEL_API',
      'AUTH_MODE',
      'AZURE_OPENAI_DEPLOYMENT',
      'exclude each other',
      'OPENAI_MODEL',
    ]) {
      expect(message).toContain(name);
    }
    expect(message).not.toContain('secret');
  });

  test('in Azure need Redis, a model, a caller that is checked, and a key for the hash of owners', () => {
    const message = faultsOf({ WEBSITE_INSTANCE_ID: 'abc' });
    for (const name of ['REDIS_URL', 'AZURE_OPENAI_ENDPOINT', 'AUTH_MODE', 'OWNER_HASH_KEY']) {
      expect(message).toContain(name);
    }
    expect(faultsOf(azure)).toContain('AUTH_MODE');
    expect(faultsOf({ ...azure, AUTH_MODE: 'open' })).toContain('AUTH_MODE');
    expect(readSettings({ ...azure, AUTH_MODE: 'key' })).toMatchObject({ inAzure: true, auth: { mode: 'key' } });
    expect(faultsOf(azure)).not.toContain('REDIS_URL');
    expect(faultsOf({ ...azure, REDIS_URL: 'http://h' })).not.toContain('REDIS_URL is missing');
  });

  test.each([
    [
      'Flex Consumption',
      {
        WEBSITE_SKU: 'FlexConsumption',
        WEBSITE_SITE_NAME: 'parley',
        WEBSITE_POD_NAME: 'b3f1',
        CONTAINER_NAME: 'b3f1',
        LEGION_SERVICE_HOST: '10.0.0.1',
      },
    ],
    ['Consumption on Linux', { WEBSITE_SKU: 'Dynamic', WEBSITE_SITE_NAME: 'parley', CONTAINER_NAME: 'b3f1' }],
    [
      'App Service and Premium',
      { WEBSITE_SKU: 'ElasticPremium', WEBSITE_SITE_NAME: 'parley', WEBSITE_INSTANCE_ID: 'abc' },
    ],
    ['Container Apps', { CONTAINER_APP_NAME: 'parley', CONTAINER_APP_REVISION: 'parley--1' }],
    ['the template of infra/', { PARLEY_ENVIRONMENT: 'azure' }],
  ])('are judged as in Azure on %s, and by each of the names that the plan alone sets', (_, plan) => {
    const needed = ['REDIS_URL', 'AZURE_OPENAI_ENDPOINT', 'AUTH_MODE', 'OWNER_HASH_KEY'];
    for (const name of needed) expect(faultsOf(plan)).toContain(`${name} `);
    // Any container may have a name, and a revision says no more than the app's.
    const telling = Object.entries(plan).filter(
      ([name]) => !['CONTAINER_NAME', 'CONTAINER_APP_REVISION'].includes(name),
    );
    for (const [name, value] of telling) expect(faultsOf({ [name]: value }), name).toContain('OWNER_HASH_KEY ');
  });

  test('are not judged as in Azure in Core Tools, nor in a container elsewhere', () => {
    const coreTools = { WEBSITE_HOSTNAME: 'localhost:7071', FUNCTIONS_WORKER_RUNTIME: 'node', AzureWebJobsStorage: '' };
    for (const elsewhere of [coreTools, { CONTAINER_NAME: 'parley' }]) {
      expect(readSettings(elsewhere)).toMatchObject({ inAzure: false, auth: { mode: 'open' } });
    }
  });

  test('that are references which Azure did not resolve are named, whichever reads them, without their values', async () => {
    const names = [...Object.keys(await sampleValues()), 'OTEL_EXPORTER_OTLP_HEADERS'];
    for (const name of names) {
      for (const reference of [
        '@Microsoft.KeyVault(SecretUri=https://v',
        ' @microsoft.appconfiguration(Endpoint=https://v',
      ]) {
        const faults = faultsOf({ [name]: `${reference}/hidden/)` });
        expect(faults, name).toContain(`\n  - ${name} is a reference that Azure did not resolve`);
        expect(faults).not.toContain('hidden');
      }
    }
    expect(names.length).toBeGreaterThan(30);
  });

  test('are the same list in the code, in docs/settings.md and in local.settings.sample.json', async () => {
    const read = new Set<string>();
    readSettings(new Proxy<Record<string, string | undefined>>({}, { get: (_, name) => void read.add(String(name)) }));
    const documented = (await readFile('docs/settings.md', 'utf8')).matchAll(/^\| `(\w+)`/gm);
    const ofThePlatform = [
      'CONTAINER_APP_NAME',
      'LEGION_SERVICE_HOST',
      'WEBSITE_INSTANCE_ID',
      'WEBSITE_POD_NAME',
      'WEBSITE_SITE_NAME',
      'WEBSITE_SKU',
      'WEBSITE_AUTH_ENABLED',
      'FUNCTIONS_WORKER_RUNTIME',
      'AzureWebJobsStorage',
    ];
    const own = (names: Iterable<string>) => [...names].filter((name) => !ofThePlatform.includes(name)).sort();
    expect(own(read).length).toBeGreaterThan(20);
    expect(own([...documented].map((row) => row[1] ?? ''))).toEqual(own(read));
    expect(own(Object.keys(await sampleValues()))).toEqual(own(read));
  });
});
