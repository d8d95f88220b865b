metadata description = 'The storage account of the Functions host: its package, its function keys, its locks, and audit records.'

@description('Name of the account: 3 to 24 lower-case letters and digits, unique in the world.')
param name string

@description('Where it lies.')
param location string

@description('Its tags.')
param tags { *: string }

@description('Whether it answers on its public address too.')
param publicNetworkAccess 'Enabled' | 'Disabled'

@description('Whether it lies in three zones of the region; choose it when the account is made.')
param zoneRedundant bool

@description('Resource id of the workspace that takes a line for each read, write and deletion of a blob; empty: none does.')
param diagnosticsWorkspaceId string

@description('Whether it cannot be deleted while its lock is there.')
param deleteLock bool

@description('Name of the function app\'s identity.')
param identityName string

@description('Object id of that identity.')
param principalId string

@description('Containers to make.')
param containers string[]

@description('Storage Blob Data Owner: what the Functions host needs of the account that it keeps its state in.')
var blobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS' }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: publicNetworkAccess
    networkAcls: {
      bypass: 'None'
      defaultAction: publicNetworkAccess == 'Enabled' ? 'Allow' : 'Deny'
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: { enabled: true, days: 7 }
      containerDeleteRetentionPolicy: { enabled: true, days: 7 }
    }

    resource container 'containers' = [
      for container in containers: {
        name: container
        properties: { publicAccess: 'None' }
      }
    ]
  }
}

resource ownsBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, identity.id, blobDataOwner)
  scope: account
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataOwner)
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(diagnosticsWorkspaceId)) {
  name: 'workspace'
  scope: account::blobs
  properties: {
    workspaceId: diagnosticsWorkspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (deleteLock) {
  name: 'keep'
  scope: account
  properties: { level: 'CanNotDelete', notes: 'Audit records and the package are here.' }
}

@description('Resource id of the account.')
output id string = account.id

@description('Address of its blobs, with a slash at the end.')
output blobEndpoint string = account.properties.primaryEndpoints.blob
