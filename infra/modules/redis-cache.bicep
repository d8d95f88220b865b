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

@description('Resource id of the workspace that takes a line for each client and each sign-in; empty: none does.')
param diagnosticsWorkspaceId string

@description('Whether it cannot be deleted while its lock is there.')
param deleteLock bool

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

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(diagnosticsWorkspaceId)) {
  name: 'workspace'
  scope: redis
  properties: {
    workspaceId: diagnosticsWorkspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (deleteLock) {
  name: 'keep'
  scope: redis
  properties: { level: 'CanNotDelete', notes: 'Sessions are here alone.' }
}
