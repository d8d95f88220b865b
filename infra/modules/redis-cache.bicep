metadata description = 'Azure Cache for Redis, for Microsoft Entra identities alone. It retires on 2028-09-30.'

@description('Name of the cache.')
param name string

@description('Where it lies.')
param location string

@description('Its tags.')
param tags { *: string }

@description('Tier.')
param sku 'Basic' | 'Standard' | 'Premium'

@description('Size: C0 to C6 of Basic and Standard, P1 to P5 of Premium.')
@minValue(0)
@maxValue(6)
param capacity int

@description('Whether it answers on its public address too.')
param publicNetworkAccess 'Enabled' | 'Disabled'

resource redis 'Microsoft.Cache/redis@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: { name: sku, family: sku == 'Premium' ? 'P' : 'C', capacity: capacity }
    disableAccessKeyAuthentication: true
    enableNonSslPort: false
    minimumTlsVersion: '1.2'
    publicNetworkAccess: publicNetworkAccess
    redisVersion: '6'
    redisConfiguration: {
      'aad-enabled': 'true'
      // Any other policy would drop live sessions silently; this one refuses writes, and the app says so.
      'maxmemory-policy': 'noeviction'
    }
  }
}
