metadata name = 'Parley'
metadata description = 'Everything that Parley runs on in one resource group, or on top of what is there. docs/deploy.md tells how.'

targetScope = 'resourceGroup'

// ---- Where, and under which name

@description('Name of this deployment: tags everything, and is part of every name\'s hash. azd wants a resource group for each.')
@minLength(1)
@maxLength(64)
param environmentName string = 'parley'

@description('The region; empty: that of the resource group.')
param region string = ''

@description('Where everything lies that has no place of its own below.')
param location string = empty(region) ? resourceGroup().location : region

@description('Further tags.')
param tags { *: string } = {}

// ---- The function app

@description('Major version of Node; the region has to offer it: az functionapp list-flexconsumption-runtimes --location REGION --runtime node.')
param nodeVersion string = '22'

@description('Memory of an instance, in MB.')
param instanceMemoryMB 512 | 2048 | 4096 = 2048

@description('The most instances there may be: this bounds what a rush can cost.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances that are always there, so that nobody waits for a cold start; they are paid by the hour.')
@minValue(0)
@maxValue(1000)
param alwaysReadyInstances int = 0

@description('Requests that one instance takes at a time: turns mostly wait for the model.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = 64

@description('How running instances are changed for new code or settings: Recreate ends the turns that run, RollingUpdate lets them finish; it is new, and not in every region.')
param siteUpdateStrategy 'Recreate' | 'RollingUpdate' = 'Recreate'

@description('Whether the app and its storage lie in several zones of the region. It needs alwaysReadyInstances of 2 or more, and is chosen when they are made.')
param zoneRedundant bool = false

@description('Whether Redis and storage, where they are made here, get a lock against deletion. It takes the role Owner, or User Access Administrator, and comes before azd down.')
param deleteLocks bool = false

@description('Origins of pages, other than its own, that may call the service from a browser.')
param allowedOrigins string[] = []

@description('Further settings of the app, by their names in docs/settings.md. They are in no history of deployments.')
@secure()
param settings { *: string } = {}

@description('What becomes of the oldest turns when a conversation nears its budget: a summary stands for them, or they are left out.')
param contextOverflow 'summarize' | 'drop' = 'summarize'

@description('Who names a session that is listed: the model, by a small call beside the first answer, or the first words of its first message.')
param sessionTitles 'model' | 'first-words' = 'model'

@description('What a company makes its own on the chat page; docs/branding.md explains it.')
type brandingType = {
  @description('The title of the page.')
  name: string?

  @description('An SVG, as by loadTextContent(\'logo.svg\'), or a data URL of an SVG, PNG or WebP; 32 KiB.')
  logo: string?

  @description('A colour, #rrggbb; or one for the light page and one for the dark, light-dark(#rrggbb, #rrggbb).')
  accent: string?

  @description('The colour of what is written on it.')
  onAccent: string?

  @description('What a new conversation says first. It and the next three are a text, or texts by language: string({ en: \'Hello\', de: \'Hallo\' }).')
  greeting: string?

  @description('What stands by the message field.')
  disclaimer: string?

  @description('How long conversations are kept, for people to read.')
  retention: string?

  @description('Text of a link in the footer.')
  footer: string?

  @description('Where it leads, over https.')
  footerUrl: string?

  @description('Those that are spoken, between commas; the first is the default.')
  languages: string?
}

@description('What a company makes its own on the chat page, such as { name: \'Contoso Chat\', accent: \'#0f6cbd\' }.')
param branding brandingType = {}

@description('Where audit records go; blob is a container of this deployment\'s storage account.')
param auditSink 'none' | 'log' | 'blob' = 'none'

// ---- Who may call

@description('How callers are told apart: key (function key and x-user-id), easyauth (Entra in front of the app), jwt (the app checks tokens).')
param authMode 'key' | 'easyauth' | 'jwt' = 'key'

@description('For easyauth: client id of the app registration.')
param entraClientId string = ''

@description('For easyauth: the tenant whose users may call.')
param entraTenantId string = tenant().tenantId

@description('For jwt: the issuer of tokens.')
param authIssuer string = ''

@description('For jwt: the audience of tokens.')
param authAudience string = ''

@description('For jwt: where the issuer\'s keys are; empty: as the issuer\'s own metadata says.')
param authJwksUrl string = ''

@description('A Key Vault reference, @Microsoft.KeyVault(SecretUri=...), for the key of the hash that stands for callers; empty: derived from the identity. Do not change it later: nobody would find their sessions.')
param ownerHashReference string = ''

@description('Name of the Key Vault of that reference, which is there already: the identity may read its secrets before the app needs them; empty: see to that yourself.')
param keyVaultName string = ''

@description('Resource group of the vault; empty: this one.')
param keyVaultResourceGroup string = ''

// ---- Redis

@description('Which service keeps the sessions: managed (Azure Managed Redis) or cache (Azure Cache for Redis, which retires on 2028-09-30).')
param redisService 'managed' | 'cache' = 'managed'

@description('Name of an instance of that service that is there already; empty: a new one.')
param existingRedisName string = ''

@description('Resource group of the existing instance; empty: this one.')
param existingRedisResourceGroup string = ''

@description('Size of a new Azure Managed Redis.')
param redisSku string = 'Balanced_B0'

@description('Whether a new Azure Managed Redis has a replica.')
param redisHighAvailability bool = true

@description('Clustering of a new Azure Managed Redis; NoCluster holds up to 25 GB.')
param redisClusteringPolicy 'NoCluster' | 'EnterpriseCluster' | 'OSSCluster' = 'NoCluster'

@description('Whether a new Azure Managed Redis writes to disk every second.')
param redisPersistence bool = false

@description('Tier of a new Azure Cache for Redis.')
param redisCacheSku 'Basic' | 'Standard' | 'Premium' = 'Standard'

@description('Size of a new Azure Cache for Redis.')
@minValue(0)
@maxValue(6)
param redisCacheCapacity int = 1

// ---- The model

@description('Name of an Azure OpenAI account that is there already, with its deployment; empty: a new one.')
param existingOpenAiName string = ''

@description('Resource group of the existing account; empty: this one.')
param existingOpenAiResourceGroup string = ''

@description('Where a new account lies, as not every region has every model; empty: where the rest does.')
param openAiLocation string = ''

@description('Name of the model\'s deployment, of the new account or of the existing one.')
@minLength(2)
@maxLength(64)
param openAiDeploymentName string = 'chat'

@description('Deployment of the same account that is asked for summaries and titles, and which is there already; empty: the one that answers.')
param summaryDeploymentName string = ''

@description('Model of a new deployment.')
param modelName string = 'gpt-5.4-mini'

@description('Its version; empty: the region\'s default.')
param modelVersion string = ''

@description('Where the model of a new deployment may run, and how it is paid.')
param openAiSku string = 'GlobalStandard'

@description('Thousands of tokens a minute that a new deployment may use (units, for provisioned ones).')
@minValue(1)
param openAiCapacity int = 50

@description('What Entra tokens for the model are asked for; older accounts want https://cognitiveservices.azure.com/.default.')
param openAiTokenScope string = 'https://ai.azure.com/.default'

// ---- Network, logs and alerts

@description('Whether storage, and a new Redis and a new account, answer on private addresses alone, in a network of their own.')
param useVirtualNetwork bool = false

@description('Addresses of that network: a /24 or larger.')
param networkAddressPrefix string = '10.64.0.0/24'

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Gigabytes of logs a day, after which no more are taken until the next day; -1: no such limit.')
@minValue(-1)
param logDailyQuotaGb int = 1

@description('Whether Redis, the model\'s account and storage, where they are made here, tell the workspace who did what.')
param diagnostics bool = false

@description('Whether alert rules are made.')
param deployAlerts bool = true

@description('Address that alerts are sent to; empty: they are seen in the portal alone.')
param alertEmail string = ''

@description('Percent of requests answered with 5xx, within a quarter of an hour, that raises an alert.')
@minValue(1)
@maxValue(100)
param alertFailedPercent int = 5

@description('Requests that failed by the service, its model or its store, within a quarter of an hour, that raise an alert; streams that had begun, too.')
@minValue(0)
param alertFailedTurns int = 5

@description('Minutes between two tests, from each of three places, whether the service answers; 0: none.')
param availabilityTestMinutes 0 | 5 | 15 = 15

@description('Percent of Redis\'s memory in use that raises an alert.')
@minValue(1)
@maxValue(100)
param alertRedisMemoryPercent int = 80

@description('Percent of Redis\'s processor in use, on average of a quarter of an hour, that raises an alert.')
@minValue(1)
@maxValue(100)
param alertRedisProcessorPercent int = 80

@description('Connections to Redis that raise an alert.')
@minValue(1)
param alertRedisConnections int = 1000

@description('Requests to the model answered with 429, with 5xx, or with 401, 403 or 404, within five minutes, that raise an alert.')
@minValue(0)
param alertModelRefusals int = 10

@description('What a month may cost, in the currency of the bill, before people are told; 0: no budget.')
@minValue(0)
param budgetAmount int = 0

@description('First day of the month that the budget begins with, as 2026-11-01: the month of the first deployment. Keep it then.')
param budgetStart string = ''

// ---- What follows from these

@description('Makes names unique in the world, and the same at every deployment.')
var token = uniqueString(subscription().id, resourceGroup().id, environmentName)

@description('Tags of everything.')
var allTags = { ...tags, 'azd-env-name': environmentName }

@description('Every name, here and nowhere else.')
var names = {
  identity: 'id-${token}'
  app: 'func-${token}'
  plan: 'plan-${token}'
  storage: 'st${token}'
  workspace: 'log-${token}'
  insights: 'appi-${token}'
  workbook: guid(resourceGroup().id, token, 'workbook')
  budget: 'budget-${token}'
  redis: empty(existingRedisName) ? 'redis-${token}' : existingRedisName
  openAi: empty(existingOpenAiName) ? 'oai-${token}' : existingOpenAiName
  network: 'vnet-${token}'
}

@description('The container that deployed packages lie in.')
var packageContainer = 'packages'

@description('The container that audit records lie in.')
var auditContainer = 'audit'

@description('Whether what this deployment makes answers on its public address too.')
var publicNetworkAccess = useVirtualNetwork ? 'Disabled' : 'Enabled'

@description('Where Redis is.')
var redisGroup = empty(existingRedisName) || empty(existingRedisResourceGroup)
  ? resourceGroup().name
  : existingRedisResourceGroup

@description('Its resource type.')
var redisType = redisService == 'managed' ? 'Microsoft.Cache/redisEnterprise' : 'Microsoft.Cache/redis'

@description('Its resource id.')
var redisId = resourceId(redisGroup, redisType, names.redis)

@description('Where the model\'s account is.')
var openAiGroup = empty(existingOpenAiName) || empty(existingOpenAiResourceGroup)
  ? resourceGroup().name
  : existingOpenAiResourceGroup

@description('Its resource id.')
var openAiId = resourceId(openAiGroup, 'Microsoft.CognitiveServices/accounts', names.openAi)

@description('Where the vault is.')
var keyVaultGroup = empty(keyVaultResourceGroup) ? resourceGroup().name : keyVaultResourceGroup

@description('Who is told what Redis, the model\'s account and storage do.')
var diagnosticsWorkspaceId = diagnostics
  ? resourceId('Microsoft.OperationalInsights/workspaces', names.workspace)
  : ''

@description('Who issues the tokens that Easy Auth takes.')
var easyAuthIssuer = '${environment().authentication.loginEndpoint}${entraTenantId}/v2.0'

@description('Name of the identity\'s access policy assignment in Redis.')
var assignmentName = 'parley${token}'

@description('How callers are told apart; a mode without what it needs ends the deployment here.')
var callerSettings = authMode == 'jwt'
  ? {
      AUTH_MODE: authMode
      AUTH_ISSUER: empty(authIssuer) ? fail('authMode jwt needs authIssuer') : authIssuer
      AUTH_AUDIENCE: empty(authAudience) ? fail('authMode jwt needs authAudience') : authAudience
      AUTH_JWKS_URL: authJwksUrl
    }
  : { AUTH_MODE: authMode }

@description('Where audit records go.')
var auditSettings = auditSink == 'blob'
  ? { AUDIT_SINK: auditSink, AUDIT_BLOB_ENDPOINT: storage.outputs.blobEndpoint, AUDIT_BLOB_CONTAINER: auditContainer }
  : { AUDIT_SINK: auditSink }

@description('What a company makes its own; what is empty is no setting.')
var brandSettings = toObject(
  filter(
    [
      { name: 'BRAND_NAME', value: branding.?name }
      { name: 'BRAND_LOGO', value: branding.?logo }
      { name: 'BRAND_ACCENT', value: branding.?accent }
      { name: 'BRAND_ON_ACCENT', value: branding.?onAccent }
      { name: 'BRAND_GREETING', value: branding.?greeting }
      { name: 'BRAND_DISCLAIMER', value: branding.?disclaimer }
      { name: 'BRAND_RETENTION', value: branding.?retention }
      { name: 'BRAND_FOOTER', value: branding.?footer }
      { name: 'BRAND_FOOTER_URL', value: branding.?footerUrl }
      { name: 'BRAND_LANGUAGES', value: branding.?languages }
    ],
    each => !empty(each.value)
  ),
  each => each.name,
  each => each.value
)

@description('Client id for Easy Auth; empty: no Easy Auth.')
var easyAuthClientId = authMode != 'easyauth'
  ? ''
  : empty(entraClientId) ? fail('authMode easyauth needs entraClientId') : entraClientId

@description('The same at every deployment as long as the identity lives, and in no output.')
var derivedOwnerHashKey = guid(identity.outputs.principalId, 'OWNER_HASH_KEY')

@description('The Redis that was chosen.')
var redis = {
  url: redisService == 'managed' ? managedRedisAccess!.outputs.url : redisCacheAccess!.outputs.url
  cluster: redisService == 'managed' ? managedRedisAccess!.outputs.cluster : redisCacheAccess!.outputs.cluster
}

@description('What gets a private address, where there is a network.')
var privateServices = [
  {
    wanted: true
    name: names.storage
    id: resourceId('Microsoft.Storage/storageAccounts', names.storage)
    groupId: 'blob'
    zone: 'privatelink.blob.${environment().suffixes.storage}'
  }
  {
    wanted: empty(existingRedisName)
    name: names.redis
    id: redisId
    groupId: redisService == 'managed' ? 'redisEnterprise' : 'redisCache'
    zone: redisService == 'managed' ? 'privatelink.redis.azure.net' : 'privatelink.redis.cache.windows.net'
  }
  {
    wanted: empty(existingOpenAiName)
    name: names.openAi
    id: openAiId
    groupId: 'account'
    zone: 'privatelink.openai.azure.com'
  }
]

// ---- What is made

module identity 'modules/identity.bicep' = {
  params: { name: names.identity, location: location, tags: allTags }
}

module network 'modules/network.bicep' = if (useVirtualNetwork) {
  params: { name: names.network, location: location, tags: allTags, addressPrefix: networkAddressPrefix }
}

module storage 'modules/storage.bicep' = {
  params: {
    name: names.storage
    location: location
    tags: allTags
    publicNetworkAccess: publicNetworkAccess
    zoneRedundant: zoneRedundant
    diagnosticsWorkspaceId: diagnosticsWorkspaceId
    deleteLock: deleteLocks
    identityName: names.identity
    principalId: identity.outputs.principalId
    containers: auditSink == 'blob' ? [packageContainer, auditContainer] : [packageContainer]
  }
  dependsOn: [monitoring]
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    workspaceName: names.workspace
    insightsName: names.insights
    workbookName: names.workbook
    location: location
    tags: allTags
    retentionInDays: logRetentionDays
    dailyQuotaGb: logDailyQuotaGb
    identityName: names.identity
    principalId: identity.outputs.principalId
  }
}

module managedRedis 'modules/managed-redis.bicep' = if (redisService == 'managed' && empty(existingRedisName)) {
  params: {
    name: names.redis
    location: location
    tags: allTags
    sku: redisSku
    highAvailability: redisHighAvailability ? 'Enabled' : 'Disabled'
    clusteringPolicy: redisClusteringPolicy
    persistence: redisPersistence
    publicNetworkAccess: publicNetworkAccess
    diagnosticsWorkspaceId: diagnosticsWorkspaceId
    deleteLock: deleteLocks
  }
  dependsOn: [monitoring]
}

module redisCache 'modules/redis-cache.bicep' = if (redisService == 'cache' && empty(existingRedisName)) {
  params: {
    name: names.redis
    location: location
    tags: allTags
    sku: redisCacheSku
    capacity: redisCacheCapacity
    publicNetworkAccess: publicNetworkAccess
    diagnosticsWorkspaceId: diagnosticsWorkspaceId
    deleteLock: deleteLocks
  }
  dependsOn: [monitoring]
}

module managedRedisAccess 'modules/managed-redis-access.bicep' = if (redisService == 'managed') {
  scope: resourceGroup(redisGroup)
  params: { name: names.redis, principalId: identity.outputs.principalId, assignmentName: assignmentName }
  dependsOn: [managedRedis]
}

module redisCacheAccess 'modules/redis-cache-access.bicep' = if (redisService == 'cache') {
  scope: resourceGroup(redisGroup)
  params: { name: names.redis, principalId: identity.outputs.principalId, assignmentName: assignmentName }
  dependsOn: [redisCache]
}

module openAi 'modules/openai.bicep' = if (empty(existingOpenAiName)) {
  params: {
    name: names.openAi
    location: empty(openAiLocation) ? location : openAiLocation
    tags: allTags
    deploymentName: openAiDeploymentName
    modelName: modelName
    modelVersion: modelVersion
    deploymentSku: openAiSku
    deploymentCapacity: openAiCapacity
    publicNetworkAccess: publicNetworkAccess
    diagnosticsWorkspaceId: diagnosticsWorkspaceId
  }
  dependsOn: [monitoring]
}

module openAiAccess 'modules/openai-access.bicep' = {
  scope: resourceGroup(openAiGroup)
  params: {
    name: names.openAi
    identityId: resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', names.identity)
    principalId: identity.outputs.principalId
  }
  dependsOn: [openAi]
}

module keyVaultAccess 'modules/key-vault-access.bicep' = if (!empty(keyVaultName)) {
  scope: resourceGroup(keyVaultGroup)
  params: {
    name: keyVaultName
    identityId: resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', names.identity)
    principalId: identity.outputs.principalId
  }
}

module privateEndpoints 'modules/private-endpoint.bicep' = [
  for service in privateServices: if (useVirtualNetwork && service.wanted) {
    params: {
      name: 'pep-${service.name}'
      location: location
      tags: allTags
      serviceId: service.id
      groupId: service.groupId
      zoneName: service.zone
      networkName: names.network
      subnetId: network!.outputs.endpointsSubnetId
    }
    // Services take one change at a time.
    dependsOn: [storage, managedRedisAccess, redisCacheAccess, openAiAccess]
  }
]

module functionApp 'modules/function-app.bicep' = {
  params: {
    name: names.app
    planName: names.plan
    location: location
    tags: allTags
    serviceName: 'api'
    identityName: names.identity
    storageName: names.storage
    packageContainer: packageContainer
    insightsName: names.insights
    nodeVersion: nodeVersion
    siteUpdateStrategy: siteUpdateStrategy
    zoneRedundant: zoneRedundant
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    httpConcurrency: httpConcurrency
    allowedOrigins: allowedOrigins
    subnetId: useVirtualNetwork ? network!.outputs.functionsSubnetId : ''
    easyAuthClientId: easyAuthClientId
    easyAuthIssuer: easyAuthIssuer
    settings: {
      RATE_LIMIT_PER_MINUTE: '20'
      ...settings
      ...callerSettings
      ...auditSettings
      ...brandSettings
      AZURE_OPENAI_DEPLOYMENT: openAiDeploymentName
      AZURE_OPENAI_ENDPOINT: openAiAccess.outputs.endpoint
      AZURE_OPENAI_TOKEN_SCOPE: openAiTokenScope
      CONTEXT_OVERFLOW: contextOverflow
      ...(empty(summaryDeploymentName) ? {} : { SUMMARY_DEPLOYMENT: summaryDeploymentName })
      OWNER_HASH_KEY: empty(ownerHashReference) ? derivedOwnerHashKey : ownerHashReference
      PARLEY_ENVIRONMENT: 'azure'
      REDIS_AUTH: 'entra'
      REDIS_CLUSTER: redis.cluster
      REDIS_URL: redis.url
      SESSION_TITLES: sessionTitles
    }
  }
  dependsOn: [monitoring, privateEndpoints, keyVaultAccess]
}

module alerts 'modules/alerts.bicep' = if (deployAlerts) {
  params: {
    prefix: 'alert-${token}'
    location: location
    tags: allTags
    email: alertEmail
    insightsId: monitoring.outputs.insightsId
    workspaceId: monitoring.outputs.workspaceId
    redisId: redisId
    redisType: redisType
    openAiId: openAiId
    url: functionApp.outputs.url
    availabilityTestMinutes: availabilityTestMinutes
    failedPercent: alertFailedPercent
    failedTurns: alertFailedTurns
    redisMemoryPercent: alertRedisMemoryPercent
    redisProcessorPercent: alertRedisProcessorPercent
    redisConnections: alertRedisConnections
    modelRefusals: alertModelRefusals
  }
}

module budget 'modules/budget.bicep' = if (budgetAmount > 0) {
  params: {
    name: names.budget
    amount: budgetAmount
    start: empty(budgetStart) ? fail('budgetAmount needs budgetStart') : budgetStart
    email: alertEmail
  }
}

@description('Address of the service.')
output API_URL string = functionApp.outputs.url

@description('Name of the function app.')
output AZURE_FUNCTION_APP_NAME string = names.app

@description('Client id of its identity.')
output APP_CLIENT_ID string = identity.outputs.clientId

@description('Object id of its identity: for roles and access policies elsewhere.')
output APP_PRINCIPAL_ID string = identity.outputs.principalId

@description('Name of its storage account.')
output AZURE_STORAGE_ACCOUNT_NAME string = names.storage

@description('Name of the Application Insights component.')
output APPLICATIONINSIGHTS_NAME string = names.insights

@description('Address of the model\'s account.')
output AZURE_OPENAI_ENDPOINT string = openAiAccess.outputs.endpoint

@description('Name of the model\'s deployment.')
output AZURE_OPENAI_DEPLOYMENT string = openAiDeploymentName

@description('Address of Redis. It holds no password: identities alone get in.')
output REDIS_URL string = redis.url

@description('Whether a client of that Redis has to speak the cluster protocol.')
output REDIS_CLUSTER string = redis.cluster
