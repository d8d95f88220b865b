using 'main.bicep'

// What most deployments differ in comes from the environment: `azd env set NAME VALUE`, the variables of the workflow,
// or the shell of `az deployment group create`. Everything else that main.bicep explains can be set here.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'parley')
param region = readEnvironmentVariable('AZURE_LOCATION', '')

param nodeVersion = readEnvironmentVariable('NODE_VERSION', '22')
param siteUpdateStrategy = readEnvironmentVariable('SITE_UPDATE_STRATEGY', 'Recreate')
param allowedOrigins = filter(split(readEnvironmentVariable('ALLOWED_ORIGINS', ''), ','), origin => !empty(origin))
param contextOverflow = readEnvironmentVariable('CONTEXT_OVERFLOW', 'summarize')
param sessionTitles = readEnvironmentVariable('SESSION_TITLES', 'model')
param auditSink = readEnvironmentVariable('AUDIT_SINK', 'none')
param branding = {
  name: readEnvironmentVariable('BRAND_NAME', '')
  logo: readEnvironmentVariable('BRAND_LOGO', '')
  accent: readEnvironmentVariable('BRAND_ACCENT', '')
  onAccent: readEnvironmentVariable('BRAND_ON_ACCENT', '')
  greeting: readEnvironmentVariable('BRAND_GREETING', '')
  disclaimer: readEnvironmentVariable('BRAND_DISCLAIMER', '')
  retention: readEnvironmentVariable('BRAND_RETENTION', '')
  footer: readEnvironmentVariable('BRAND_FOOTER', '')
  footerUrl: readEnvironmentVariable('BRAND_FOOTER_URL', '')
  languages: readEnvironmentVariable('BRAND_LANGUAGES', '')
}

param authMode = readEnvironmentVariable('AUTH_MODE', 'key')
param entraClientId = readEnvironmentVariable('ENTRA_CLIENT_ID', '')
param authIssuer = readEnvironmentVariable('AUTH_ISSUER', '')
param authAudience = readEnvironmentVariable('AUTH_AUDIENCE', '')
param authJwksUrl = readEnvironmentVariable('AUTH_JWKS_URL', '')
param ownerHashReference = readEnvironmentVariable('OWNER_HASH_REFERENCE', '')
param keyVaultName = readEnvironmentVariable('KEY_VAULT_NAME', '')
param keyVaultResourceGroup = readEnvironmentVariable('KEY_VAULT_RESOURCE_GROUP', '')

param redisService = readEnvironmentVariable('REDIS_SERVICE', 'managed')
param redisSku = readEnvironmentVariable('REDIS_SKU', 'Balanced_B0')
param existingRedisName = readEnvironmentVariable('EXISTING_REDIS_NAME', '')
param existingRedisResourceGroup = readEnvironmentVariable('EXISTING_REDIS_RESOURCE_GROUP', '')

param openAiLocation = readEnvironmentVariable('AZURE_OPENAI_LOCATION', '')
param existingOpenAiName = readEnvironmentVariable('EXISTING_OPENAI_NAME', '')
param existingOpenAiResourceGroup = readEnvironmentVariable('EXISTING_OPENAI_RESOURCE_GROUP', '')
param openAiDeploymentName = readEnvironmentVariable('MODEL_DEPLOYMENT', 'chat')
param summaryDeploymentName = readEnvironmentVariable('SUMMARY_DEPLOYMENT', '')
param modelName = readEnvironmentVariable('MODEL_NAME', 'gpt-5.4-mini')
param modelVersion = readEnvironmentVariable('MODEL_VERSION', '')
param openAiSku = readEnvironmentVariable('MODEL_SKU', 'GlobalStandard')
param openAiCapacity = int(readEnvironmentVariable('MODEL_CAPACITY', '50'))

param useVirtualNetwork = bool(readEnvironmentVariable('USE_VIRTUAL_NETWORK', 'false'))
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
param budgetAmount = int(readEnvironmentVariable('BUDGET_AMOUNT', '0'))
param budgetStart = readEnvironmentVariable('BUDGET_START', '')
