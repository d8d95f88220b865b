metadata description = 'An Azure OpenAI account, for Microsoft Entra identities alone, with the deployment of one model.'

@description('Name of the account, and of its own subdomain, without which it takes no Entra tokens.')
param name string

@description('Where it lies.')
param location string

@description('Its tags.')
param tags { *: string }

@description('Name of the deployment: what the app asks for.')
param deploymentName string

@description('The model.')
param modelName string

@description('Version of the model; empty: the region\'s default.')
param modelVersion string

@description('Where the model may run, and how it is paid.')
param deploymentSku string

@description('Thousands of tokens a minute (units, for provisioned deployments).')
param deploymentCapacity int

@description('Whether it answers on its public address too.')
param publicNetworkAccess 'Enabled' | 'Disabled'

@description('Resource id of the workspace that takes a line for each call, without its text, and for each change; empty: none does.')
param diagnosticsWorkspaceId string

resource account 'Microsoft.CognitiveServices/accounts@2024-10-01' = {
  name: name
  location: location
  tags: tags
  kind: 'OpenAI'
  sku: { name: 'S0' }
  properties: {
    customSubDomainName: name
    disableLocalAuth: true
    publicNetworkAccess: publicNetworkAccess
    networkAcls: { defaultAction: publicNetworkAccess == 'Enabled' ? 'Allow' : 'Deny' }
  }

  resource deployment 'deployments' = {
    name: deploymentName
    sku: { name: deploymentSku, capacity: deploymentCapacity }
    properties: {
      model: {
        format: 'OpenAI'
        name: modelName
        version: empty(modelVersion) ? null : modelVersion
      }
      versionUpgradeOption: 'OnceCurrentVersionExpired'
    }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(diagnosticsWorkspaceId)) {
  name: 'workspace'
  scope: account
  properties: {
    workspaceId: diagnosticsWorkspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}
