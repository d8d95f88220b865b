import { describe, expect, test } from 'vitest';
import { ofType, theOnly } from './resources.ts';
import type { Resource, Snapshot } from './snapshot.ts';

const services = [
  'Microsoft.Storage/storageAccounts',
  'Microsoft.Cache/redisEnterprise',
  'Microsoft.Cache/redis',
  'Microsoft.CognitiveServices/accounts',
];

const zones: Record<string, string> = {
  blob: 'privatelink.blob.core.windows.net',
  redisEnterprise: 'privatelink.redis.azure.net',
  redisCache: 'privatelink.redis.cache.windows.net',
  account: 'privatelink.openai.azure.com',
};

interface Connection {
  properties: { privateLinkServiceId: string; groupIds: string[] };
}

const connectionOf = ({ properties }: Resource) =>
  (properties?.['privateLinkServiceConnections'] as Connection[] | undefined)?.[0];

export function networkSuite(combinations: string[], get: (combination: string) => Snapshot): void {
  const isPrivate = (combination: string) => /virtual-network|private|production/.test(combination);
  const madeBy = (snapshot: Snapshot) => services.flatMap((type) => ofType(snapshot, type));

  describe.each(combinations.filter(isPrivate))('the network of %s', (combination) => {
    test('is the only way to storage, Redis and the model', () => {
      const snapshot = get(combination);
      expect(madeBy(snapshot)).toHaveLength(3);
      for (const { properties } of madeBy(snapshot))
        expect(properties).toMatchObject({ publicNetworkAccess: 'Disabled' });
      const endpoints = ofType(snapshot, 'Microsoft.Network/privateEndpoints');
      expect(endpoints.map((endpoint) => connectionOf(endpoint)?.properties.privateLinkServiceId).sort()).toEqual(
        madeBy(snapshot)
          .map(({ id }) => id)
          .sort(),
      );
    });

    test('resolves the name of each by a zone that is linked to it', () => {
      const snapshot = get(combination);
      const endpoints = ofType(snapshot, 'Microsoft.Network/privateEndpoints');
      const wanted = endpoints.flatMap((endpoint) => connectionOf(endpoint)?.properties.groupIds ?? []);
      const names = wanted.map((part) => zones[part] ?? `no zone for ${part}`);
      expect(ofType(snapshot, 'Microsoft.Network/privateDnsZones').map(({ name }) => name)).toEqual(names);
      const network = theOnly(snapshot, 'Microsoft.Network/virtualNetworks');
      for (const link of ofType(snapshot, 'Microsoft.Network/privateDnsZones/virtualNetworkLinks')) {
        expect(link.properties).toMatchObject({ virtualNetwork: { id: network.id }, registrationEnabled: false });
      }
      const groups = ofType(snapshot, 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups');
      for (const [index, zone] of ofType(snapshot, 'Microsoft.Network/privateDnsZones').entries()) {
        expect(groups[index]?.properties).toMatchObject({
          privateDnsZoneConfigs: [{ properties: { privateDnsZoneId: zone.id } }],
        });
      }
    });

    test('has the app’s instances in a subnet of their own', () => {
      const snapshot = get(combination);
      const { id, properties } = theOnly(snapshot, 'Microsoft.Network/virtualNetworks');
      expect(properties).toMatchObject({
        subnets: [
          {
            name: 'functions',
            properties: { delegations: [{ properties: { serviceName: 'Microsoft.App/environments' } }] },
          },
          { name: 'private-endpoints' },
        ],
      });
      expect(theOnly(snapshot, 'Microsoft.Web/sites').properties).toMatchObject({
        virtualNetworkSubnetId: `${id}/subnets/functions`,
      });
    });
  });

  test.each(combinations.filter((each) => !isPrivate(each)))('%s needs no network', (combination) => {
    const snapshot = get(combination);
    expect(snapshot.predictedResources.filter(({ type }) => type.startsWith('Microsoft.Network/'))).toEqual([]);
    expect(theOnly(snapshot, 'Microsoft.Web/sites').properties).toMatchObject({ virtualNetworkSubnetId: null });
    for (const { properties } of madeBy(snapshot)) expect(properties).toMatchObject({ publicNetworkAccess: 'Enabled' });
  });
}
