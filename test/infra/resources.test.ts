import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { alertsSuite } from './alerts.ts';
import { appSettingsSuite } from './app-settings.ts';
import { combinations, findBicep, withoutSecrecy } from './bicep.ts';
import { everyCombinationSuite } from './every-combination.ts';
import { networkSuite } from './networks.ts';
import { ofType, scopeOf, settingsOf, theOnly } from './resources.ts';
import { type Snapshot, takeSnapshots } from './snapshot.ts';
import { tablesOf } from './tables.ts';

const files = await combinations();
const snapshots = new Map<string, Snapshot>();
beforeAll(async () => {
  const bicep = await findBicep();
  const taken = await withoutSecrecy((copy) =>
    takeSnapshots(
      bicep,
      [...files.values()].map((file) => resolve(copy, file)),
    ),
  );
  for (const [index, name] of [...files.keys()].entries()) snapshots.set(name, taken[index] as Snapshot);
}, 300_000);

const get = (combination: string) => snapshots.get(combination) as Snapshot;

test('what each combination makes is what the table says', async () => {
  await expect(tablesOf(snapshots)).toMatchFileSnapshot('resources.md');
});

const project = resolve(import.meta.dirname, '../..');

test('every combination is told of in docs/deploy.md', async () => {
  const guide = await readFile(resolve(project, 'docs/deploy.md'), 'utf8');
  for (const file of files.values()) expect(guide).toContain(`](../infra/${file})`);
});

test('every variable that the parameters read is told of in docs/deploy.md, and handed on by the workflow', async () => {
  const parameters = await readFile(resolve(project, 'infra/main.bicepparam'), 'utf8');
  const names = [...parameters.matchAll(/readEnvironmentVariable\('(\w+)'/g)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(10);
  const guide = await readFile(resolve(project, 'docs/deploy.md'), 'utf8');
  const workflow = await readFile(resolve(project, '.github/workflows/check-and-deploy.yml'), 'utf8');
  for (const name of names) {
    expect(guide).toMatch(new RegExp(`^\\| .*\`${name}\``, 'm'));
    expect(workflow).toContain(`\n          ${name}: \${{ vars.${name} `);
  }
});

test('the variables for regions say where everything lies, and where the model does', async () => {
  const regions = { AZURE_LOCATION: 'uksouth', AZURE_OPENAI_LOCATION: 'eastus2' };
  const file = resolve(project, 'infra/main.bicepparam');
  const [snapshot] = await takeSnapshots(await findBicep(), [file], regions);
  const found = snapshot?.predictedResources.filter(({ location }) => location !== undefined && location !== 'global');
  expect(found?.length).toBeGreaterThan(10);
  for (const { type, location } of found ?? []) {
    expect(location, type).toBe(type === 'Microsoft.CognitiveServices/accounts' ? 'eastus2' : 'uksouth');
  }
});

everyCombinationSuite([...files.keys()], get);
networkSuite([...files.keys()], get);
appSettingsSuite([...files.keys()], get);
alertsSuite([...files.keys()], get);

describe('what a combination asks for', () => {
  const existing = (combination: string, type: string) =>
    get(combination).predictedResources.filter((resource) => resource.type.startsWith(type));

  test('an existing Redis is let in, and none is made', () => {
    expect(existing('existing-redis', 'Microsoft.Cache').map(({ id }) => id.split('/resourceGroups/')[1])).toEqual([
      expect.stringMatching(
        /^rg-data\/providers\/Microsoft.Cache\/redisEnterprise\/redis-shared\/databases\/default\/accessPolicyAssignments\/\w+$/,
      ),
    ]);
    expect(existing('existing-both', 'Microsoft.Cache').map(({ name }) => name)).toEqual([
      expect.stringMatching(/^cache-shared\/\w+$/),
    ]);
    expect(settingsOf(get('existing-redis'))['REDIS_CLUSTER']).toContain('clusteringPolicy');
  });

  test.each(['existing-openai', 'existing-both'])(
    'an existing account is called, and none is made, with %s',
    (name) => {
      expect(existing(name, 'Microsoft.CognitiveServices')).toEqual([]);
      expect(settingsOf(get(name))['AZURE_OPENAI_ENDPOINT']).toMatch(/rg-models.*oai-shared.*\.endpoint/);
    },
  );

  test('easyauth stands in front of all but what needs no caller, for one tenant’s tokens for one application', () => {
    const clientId = '11111111-1111-4111-8111-111111111111';
    for (const name of ['easyauth', 'production']) {
      const auth = existing(name, 'Microsoft.Web/sites/config').find((each) => each.name.endsWith('/authsettingsV2'));
      expect(auth?.properties).toMatchObject({
        platform: { enabled: true },
        globalValidation: {
          requireAuthentication: false,
          unauthenticatedClientAction: 'AllowAnonymous',
        },
        identityProviders: {
          azureActiveDirectory: {
            registration: {
              clientId,
              openIdIssuer: 'https://login.microsoftonline.com/00000000-0000-4000-8000-000000000002/v2.0',
            },
            validation: { allowedAudiences: [clientId, `api://${clientId}`] },
          },
        },
      });
    }
    expect(existing('default', 'Microsoft.Web/sites/config').map(({ name }) => name.split('/')[1])).toEqual([
      'appsettings',
    ]);
  });

  test('each way to tell callers apart is what the app is told', () => {
    const modes = [...files.keys()].map((name) => settingsOf(get(name))['AUTH_MODE']);
    expect(new Set(modes)).toEqual(new Set(['key', 'easyauth', 'jwt']));
    expect(settingsOf(get('jwt'))).toMatchObject({
      AUTH_ISSUER: 'https://login.example.com/',
      AUTH_AUDIENCE: 'parley',
      AUTH_JWKS_URL: 'https://login.example.com/.well-known/jwks.json',
    });
    expect(theOnly(get('jwt'), 'Microsoft.Web/sites').properties).toMatchObject({
      siteConfig: { cors: { allowedOrigins: ['https://chat.example.com'] } },
    });
  });

  test('production is larger, always there, written to disk, recorded, and told to people', () => {
    const snapshot = get('production');
    expect(theOnly(snapshot, 'Microsoft.Web/sites').properties).toMatchObject({
      functionAppConfig: {
        scaleAndConcurrency: { alwaysReady: [{ name: 'http', instanceCount: 2 }], maximumInstanceCount: 100 },
      },
    });
    expect(theOnly(snapshot, 'Microsoft.Cache/redisEnterprise/databases').properties).toMatchObject({
      clusteringPolicy: 'OSSCluster',
      persistence: { aofEnabled: true },
    });
    expect(settingsOf(snapshot)).toMatchObject({
      AUDIT_SINK: 'blob',
      AUDIT_BLOB_CONTAINER: 'audit',
      REDIS_CLUSTER: 'true',
    });
    expect(theOnly(snapshot, 'Microsoft.Consumption/budgets').properties).toMatchObject({
      amount: 2000,
      timePeriod: { startDate: '2026-11-01' },
    });
    const people = theOnly(snapshot, 'Microsoft.Insights/actionGroups').id;
    for (const { properties } of ofType(snapshot, 'Microsoft.Insights/metricAlerts')) {
      expect(properties?.['actions']).toEqual([{ actionGroupId: people }]);
    }
  });

  test('production lies in several zones, and lets turns finish', () => {
    const snapshot = get('production');
    expect(theOnly(snapshot, 'Microsoft.Web/serverfarms').properties).toMatchObject({ zoneRedundant: true });
    expect(theOnly(snapshot, 'Microsoft.Storage/storageAccounts').sku).toEqual({ name: 'Standard_ZRS' });
    expect(theOnly(snapshot, 'Microsoft.Web/sites').properties).toMatchObject({
      functionAppConfig: { siteUpdateStrategy: { type: 'RollingUpdate' } },
    });
  });

  const idsOf = (combination: string, ...types: string[]) =>
    types.flatMap((type) => ofType(get(combination), `Microsoft.${type}`).map(({ id }) => id));
  const redisTypes = ['Cache/redisEnterprise', 'Cache/redis'];

  test.each(['production', 'azure-cache-private'])('%s keeps what cannot be made again', (combination) => {
    const locks = ofType(get(combination), 'Microsoft.Authorization/locks');
    const kept = idsOf(combination, 'Storage/storageAccounts', ...redisTypes);
    expect(kept).toHaveLength(2);
    expect(locks.map(scopeOf)).toEqual(kept);
    for (const { properties } of locks) expect(properties).toMatchObject({ level: 'CanNotDelete' });
  });

  test.each([
    ['production', 'Cache/redisEnterprise/databases'],
    ['azure-cache-private', 'Cache/redis'],
  ])('%s tells the workspace what storage, Redis and the model’s account do', (combination, redis) => {
    const { id: workspaceId } = theOnly(get(combination), 'Microsoft.OperationalInsights/workspaces');
    const settings = ofType(get(combination), 'Microsoft.Insights/diagnosticSettings');
    for (const { properties } of settings) expect(properties).toMatchObject({ workspaceId });
    expect(settings.map(scopeOf)).toEqual(
      idsOf(combination, 'Storage/storageAccounts/blobServices', redis, 'CognitiveServices/accounts'),
    );
  });

  test('no combination is locked, watched, on a budget or of an update strategy of its own without asking for it', () => {
    for (const combination of [...files.keys()].filter((name) => !/production|azure-cache-private/.test(name))) {
      const types = get(combination).predictedResources.map(({ type }) => type);
      for (const type of ['Authorization/locks', 'Consumption/budgets', 'Insights/diagnosticSettings']) {
        expect(types, combination).not.toContain(`Microsoft.${type}`);
      }
      const { properties } = theOnly(get(combination), 'Microsoft.Web/sites');
      expect(properties?.['functionAppConfig']).not.toHaveProperty('siteUpdateStrategy');
    }
  });

  test('the workbook shows every query', async () => {
    const { properties } = theOnly(get('default'), 'Microsoft.Insights/workbooks');
    const { items } = JSON.parse(String(properties?.['serializedData']));
    const shown: string[] = items.map(({ content }: { content: { query: string } }) => content.query);
    const queries = resolve(project, 'infra/queries');
    const names = (await readdir(queries)).filter((file) => file.endsWith('.kql'));
    const texts = await Promise.all(names.map((file) => readFile(resolve(queries, file), 'utf8')));
    expect([...shown].sort()).toEqual(texts.sort());
  });
});
