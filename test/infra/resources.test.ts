import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { appSettingsSuite } from './app-settings.ts';
import { combinations, findBicep } from './bicep.ts';
import { everyCombinationSuite } from './every-combination.ts';
import { networkSuite } from './networks.ts';
import { ofType, settingsOf, theOnly } from './resources.ts';
import { type Snapshot, takeSnapshots } from './snapshot.ts';
import { tablesOf } from './tables.ts';

const files = await combinations();
const snapshots = new Map<string, Snapshot>();
beforeAll(async () => {
  const taken = await takeSnapshots(await findBicep(), files.values());
  for (const [index, name] of [...files.keys()].entries()) snapshots.set(name, taken[index] as Snapshot);
}, 300_000);

const get = (combination: string) => snapshots.get(combination) as Snapshot;

test('what each combination makes is what the table says', async () => {
  await expect(tablesOf(snapshots)).toMatchFileSnapshot('resources.md');
});

const project = resolve(import.meta.dirname, '../..');

test('every combination is told of in docs/deploy.md', async () => {
  const guide = await readFile(resolve(project, 'docs/deploy.md'), 'utf8');
  for (const file of files.values()) expect(guide).toContain(`](../${relative(project, file)})`);
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

everyCombinationSuite([...files.keys()], get);
networkSuite([...files.keys()], get);
appSettingsSuite([...files.keys()], get);

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
    const people = theOnly(snapshot, 'Microsoft.Insights/actionGroups').id;
    for (const { properties } of ofType(snapshot, 'Microsoft.Insights/metricAlerts')) {
      expect(properties?.['actions']).toEqual([{ actionGroupId: people }]);
    }
  });
});
