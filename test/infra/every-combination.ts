import { describe, expect, test } from 'vitest';
import { nameRules } from './name-rules.ts';
import { ofType, roleOf, scopeOf, settingsOf, theOnly } from './resources.ts';
import { group, type Snapshot } from './snapshot.ts';

const vault = `${group.replace('rg-parley', 'rg-secrets')}/providers/Microsoft.KeyVault/vaults/kv-parley`;
const sharedAccount = `${group.replace('rg-parley', 'rg-models')}/providers/Microsoft.CognitiveServices/accounts/oai-shared`;

/** What holds whatever is deployed. */
export function everyCombinationSuite(combinations: string[], get: (combination: string) => Snapshot): void {
  describe.each(combinations)('with %s', (combination) => {
    test('Bicep expands everything, and has nothing to say', () => {
      expect(get(combination).diagnostics).toEqual([]);
      for (const { name } of get(combination).predictedResources) expect(name).not.toContain('[');
    });

    test('names are unique, and valid by Azure’s rules', () => {
      const { predictedResources } = get(combination);
      expect(new Set(predictedResources.map(({ id }) => id.toLowerCase())).size).toBe(predictedResources.length);
      for (const { type, name } of predictedResources) {
        expect(nameRules, type).toHaveProperty([type]);
        expect(name.slice(name.lastIndexOf('/') + 1), type).toMatch(nameRules[type] ?? /(?!)/);
      }
    });

    test('versions are stable and known to the Bicep that azd brings, and azd finds the app by its tags', () => {
      for (const { apiVersion, type } of get(combination).predictedResources) {
        // Of diagnostic settings there is no other that takes groups of categories.
        const end = type === 'Microsoft.Insights/diagnosticSettings' ? '-preview' : '';
        expect(apiVersion, type).toMatch(new RegExp(`^\\d{4}-\\d\\d-\\d\\d${end}$`));
        // azd 1.23.12 of early 2026 brings Bicep 0.41, whose types end with what was there in 2025.
        expect(apiVersion <= '2025-07-31', `${type}@${apiVersion}`).toBe(true);
      }
      const app = theOnly(get(combination), 'Microsoft.Web/sites');
      expect(app.tags).toMatchObject({ 'azd-service-name': 'api', 'azd-env-name': 'parley' });
    });

    test('no key of a service is read, and none opens anything', () => {
      const snapshot = get(combination);
      // The functions that read keys and connection strings: listKeys and its kind.
      expect(JSON.stringify(snapshot)).not.toMatch(/\blist[A-Z]\w*\(/);
      expect(theOnly(snapshot, 'Microsoft.Storage/storageAccounts').properties).toMatchObject({
        allowSharedKeyAccess: false,
        allowBlobPublicAccess: false,
        defaultToOAuthAuthentication: true,
      });
      expect(theOnly(snapshot, 'Microsoft.Insights/components').properties).toMatchObject({ DisableLocalAuth: true });
      for (const { properties } of ofType(snapshot, 'Microsoft.CognitiveServices/accounts')) {
        expect(properties).toMatchObject({ disableLocalAuth: true });
      }
      for (const { properties } of ofType(snapshot, 'Microsoft.Cache/redisEnterprise/databases')) {
        expect(properties).toMatchObject({ accessKeysAuthentication: 'Disabled' });
      }
      for (const { properties } of ofType(snapshot, 'Microsoft.Cache/redis')) {
        expect(properties).toMatchObject({ disableAccessKeyAuthentication: true });
        expect(properties?.['redisConfiguration']).toMatchObject({ 'aad-enabled': 'true' });
      }
      const passwords = ofType(snapshot, 'Microsoft.Web/sites/basicPublishingCredentialsPolicies');
      expect(passwords.map(({ properties }) => properties)).toEqual([{ allow: false }, { allow: false }]);
    });

    test('outputs tell what a user needs, and no secret', () => {
      const { outputs } = get(combination);
      expect(Object.keys(outputs).sort()).toEqual([
        'API_URL',
        'APPLICATIONINSIGHTS_NAME',
        'APP_CLIENT_ID',
        'APP_PRINCIPAL_ID',
        'AZURE_FUNCTION_APP_NAME',
        'AZURE_OPENAI_DEPLOYMENT',
        'AZURE_OPENAI_ENDPOINT',
        'AZURE_STORAGE_ACCOUNT_NAME',
        'REDIS_CLUSTER',
        'REDIS_URL',
      ]);
      // Neither the key of callers' hashes, which a guid() makes, nor a connection string or a reference to a vault.
      expect(JSON.stringify(outputs)).not.toMatch(/OWNER_HASH|guid\(|ConnectionString|KeyVault|password|secret/i);
    });

    test('everything speaks TLS 1.2 or newer', () => {
      const snapshot = get(combination);
      const storage = theOnly(snapshot, 'Microsoft.Storage/storageAccounts');
      expect(storage.properties).toMatchObject({ minimumTlsVersion: 'TLS1_2', supportsHttpsTrafficOnly: true });
      expect(theOnly(snapshot, 'Microsoft.Web/sites').properties).toMatchObject({
        httpsOnly: true,
        siteConfig: { minTlsVersion: '1.2', scmMinTlsVersion: '1.2' },
      });
      for (const { properties } of ofType(snapshot, 'Microsoft.Cache/redisEnterprise')) {
        expect(properties).toMatchObject({ minimumTlsVersion: '1.2' });
      }
      for (const { properties } of ofType(snapshot, 'Microsoft.Cache/redisEnterprise/databases')) {
        expect(properties).toMatchObject({ clientProtocol: 'Encrypted', port: 10_000 });
      }
      for (const { properties } of ofType(snapshot, 'Microsoft.Cache/redis')) {
        expect(properties).toMatchObject({ minimumTlsVersion: '1.2', enableNonSslPort: false });
      }
      expect(settingsOf(snapshot)['REDIS_URL']).toContain('rediss://');
    });

    test('the identity has a role on each resource that it uses, and one access policy in Redis', () => {
      const snapshot = get(combination);
      const roles = ofType(snapshot, 'Microsoft.Authorization/roleAssignments');
      const found = roles.map((role) => ({ role: roleOf(role), scope: scopeOf(role) }));
      const openAi = combination.match(/existing-(openai|both)/)
        ? sharedAccount
        : theOnly(snapshot, 'Microsoft.CognitiveServices/accounts').id;
      expect(found).toEqual([
        { role: 'Monitoring Metrics Publisher', scope: theOnly(snapshot, 'Microsoft.Insights/components').id },
        { role: 'Storage Blob Data Owner', scope: theOnly(snapshot, 'Microsoft.Storage/storageAccounts').id },
        { role: 'Cognitive Services OpenAI User', scope: openAi },
        ...(combination === 'production' ? [{ role: 'Key Vault Secrets User', scope: vault }] : []),
      ]);
      const identity = theOnly(snapshot, 'Microsoft.ManagedIdentity/userAssignedIdentities').id;
      for (const { properties } of roles) {
        expect(properties).toMatchObject({ principalType: 'ServicePrincipal' });
        expect(properties?.['principalId']).toBe(`[reference('${identity}', '2024-11-30').principalId]`);
      }
      const policies = snapshot.predictedResources.filter(({ type }) => type.endsWith('/accessPolicyAssignments'));
      expect(policies).toHaveLength(1);
      expect(policies[0]?.properties?.['accessPolicyName']).toMatch(/^(default|Data Contributor)$/);
      expect(JSON.stringify(policies[0]?.properties)).toContain(`${identity}', '2024-11-30').principalId`);
    });

    test('Redis drops no live session', () => {
      for (const { properties } of ofType(get(combination), 'Microsoft.Cache/redisEnterprise/databases')) {
        expect(properties).toMatchObject({ evictionPolicy: 'NoEviction' });
      }
      for (const { properties } of ofType(get(combination), 'Microsoft.Cache/redis')) {
        expect(properties).toMatchObject({ redisConfiguration: { 'maxmemory-policy': 'noeviction' } });
      }
    });

    test('the model’s account has its own subdomain, without which it takes no tokens', () => {
      for (const { name, properties } of ofType(get(combination), 'Microsoft.CognitiveServices/accounts')) {
        expect(properties).toMatchObject({ customSubDomainName: name });
      }
    });

    test('the app runs on Flex Consumption, with its package taken by the identity', () => {
      const snapshot = get(combination);
      const identity = theOnly(snapshot, 'Microsoft.ManagedIdentity/userAssignedIdentities').id;
      const plan = theOnly(snapshot, 'Microsoft.Web/serverfarms');
      expect(plan).toMatchObject({ sku: { name: 'FC1', tier: 'FlexConsumption' }, properties: { reserved: true } });
      expect(theOnly(snapshot, 'Microsoft.Web/sites').properties).toMatchObject({
        serverFarmId: plan.id,
        functionAppConfig: {
          runtime: { name: 'node', version: '22' },
          deployment: {
            storage: {
              type: 'blobContainer',
              authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity },
            },
          },
          scaleAndConcurrency: { triggers: { http: { perInstanceConcurrency: 64 } } },
        },
      });
    });

    test('nothing is set that Flex Consumption refuses', () => {
      const { properties } = theOnly(get(combination), 'Microsoft.Web/sites');
      // Newer regions end the deployment at any other, with error 51021.
      expect(Object.keys(properties?.['siteConfig'] as object).sort()).toEqual([
        'cors',
        'http20Enabled',
        'minTlsVersion',
        'scmMinTlsVersion',
      ]);
      for (const name of ['FUNCTIONS_WORKER_RUNTIME', 'WEBSITE_RUN_FROM_PACKAGE', 'FUNCTIONS_EXTENSION_VERSION']) {
        expect(settingsOf(get(combination))).not.toHaveProperty(name);
      }
    });
  });
}
