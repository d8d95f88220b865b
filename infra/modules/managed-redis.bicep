metadata description = 'Azure Managed Redis, for Microsoft Entra identities alone.'

@description('Name of the instance.')
param name string

@description('Where it lies.')
param location string

@description('Its tags.')
param tags { *: string }

@description('Size, such as Balanced_B0.')
param sku string

@description('Whether each shard has a replica, which takes over when it fails.')
param highAvailability 'Enabled' | 'Disabled'

@description('How it spreads over shards. Clients have to speak the cluster protocol with OSSCluster only.')
param clusteringPolicy 'NoCluster' | 'EnterpriseCluster' | 'OSSCluster'

@description('Whether what was written is on disk within a second.')
param persistence bool

@description('Whether it answers on its public address too.')
param publicNetworkAccess 'Enabled' | 'Disabled'

@description('Resource id of the workspace that takes a line for each connection; empty: none does.')
param diagnosticsWorkspaceId string

@description('Whether it cannot be deleted while its lock is there.')
param deleteLock bool

resource redis 'Microsoft.Cache/redisEnterprise@2025-07-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku }
  properties: {
    highAvailability: highAvailability
    minimumTlsVersion: '1.2'
    publicNetworkAccess: publicNetworkAccess
  }

  resource database 'databases' = {
    name: 'default'
    properties: {
      accessKeysAuthentication: 'Disabled'
      clientProtocol: 'Encrypted'
      clusteringPolicy: clusteringPolicy
      // Any other policy would drop live sessions silently; this one refuses writes, and the app says so.
      evictionPolicy: 'NoEviction'
      persistence: persistence ? { aofEnabled: true, aofFrequency: '1s' } : { aofEnabled: false }
      port: 10000
    }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(diagnosticsWorkspaceId)) {
  name: 'workspace'
  scope: redis::database
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
