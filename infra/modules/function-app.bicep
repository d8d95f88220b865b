metadata description = 'The function app, on a Flex Consumption plan.'

@description('Name of the app: the first part of its address, unique in the world.')
param name string

@description('Name of its plan.')
param planName string

@description('Where both lie.')
param location string

@description('Tags of the plan.')
param tags { *: string }

@description('Name of the service in azure.yaml: azd finds the app by it.')
param serviceName string

@description('Name of the app\'s identity.')
param identityName string

@description('Name of the storage account that the Functions host keeps its state in.')
param storageName string

@description('The container that deployed packages lie in.')
param packageContainer string

@description('Name of the Application Insights component.')
param insightsName string

@description('Major version of Node.')
param nodeVersion string

@description('Memory of an instance, in MB.')
param instanceMemoryMB int

@description('The most instances there may be.')
param maximumInstanceCount int

@description('Instances that are always there.')
param alwaysReadyInstances int

@description('Requests that one instance takes at a time.')
param httpConcurrency int

@description('Origins of pages that may call the app from a browser.')
param allowedOrigins string[]

@description('Resource id of the subnet that its instances reach the network from; empty: none.')
param subnetId string

@description('Client id of the app registration that Easy Auth asks tokens for; empty: no Easy Auth.')
param easyAuthClientId string

@description('Who issues the tokens that Easy Auth takes.')
param easyAuthIssuer string

@description('How instances are changed for new code or settings: Recreate ends what runs, RollingUpdate lets it finish.')
param siteUpdateStrategy 'Recreate' | 'RollingUpdate'

@description('Whether instances lie in several zones of the region.')
param zoneRedundant bool

@description('Settings of the app, as in docs/settings.md.')
@secure()
param settings { *: string }

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

@description('Settings of the Functions host and of the identity library.')
var platformSettings = {
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
  APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
  AZURE_CLIENT_ID: identity.properties.clientId
  AzureWebJobsDisableHomepage: 'true'
  AzureWebJobsStorage__accountName: storage.name
  AzureWebJobsStorage__clientId: identity.properties.clientId
  AzureWebJobsStorage__credential: 'managedidentity'
}

@description('Not named where it is the platform\'s own default. Bicep\'s types do not know it yet, so it comes as text.')
var updates = json(siteUpdateStrategy == 'Recreate'
  ? '{}'
  : '{ "siteUpdateStrategy": { "type": "${siteUpdateStrategy}" } }')

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true, zoneRedundant: zoneRedundant }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: { ...tags, 'azd-service-name': serviceName }
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identity.id
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      cors: empty(allowedOrigins) ? null : { allowedOrigins: allowedOrigins }
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
    }
    functionAppConfig: {
      ...updates
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: { name: 'node', version: nodeVersion }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyInstances == 0 ? [] : [{ name: 'http', instanceCount: alwaysReadyInstances }]
        triggers: { http: { perInstanceConcurrency: httpConcurrency } }
      }
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: { ...platformSettings, ...settings }
  }

  // Packages come by the platform's own service, with tokens: nobody publishes with a password.
  resource noFtpPassword 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource noScmPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource easyAuth 'config' = if (!empty(easyAuthClientId)) {
    name: 'authsettingsV2'
    properties: {
      platform: { enabled: true }
      // The service lets nobody in without a principal; the page, at the path of the turns, has to be had before that.
      globalValidation: { requireAuthentication: false, unauthenticatedClientAction: 'AllowAnonymous' }
      httpSettings: { requireHttps: true }
      identityProviders: {
        azureActiveDirectory: {
          enabled: true
          registration: { clientId: easyAuthClientId, openIdIssuer: easyAuthIssuer }
          validation: { allowedAudiences: [easyAuthClientId, 'api://${easyAuthClientId}'] }
        }
      }
      login: { tokenStore: { enabled: false } }
    }
  }
}

@description('Address of the app, without a slash at the end.')
output url string = 'https://${app.properties.defaultHostName}'
