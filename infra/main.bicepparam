using 'main.bicep'

// What most deployments differ in comes from the environment: `azd env set NAME VALUE`, the variables of the workflow,
// or the shell of `az deployment group create`. Everything else that main.bicep explains can be set here.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'parley')

param authMode = readEnvironmentVariable('AUTH_MODE', 'key')
param entraClientId = readEnvironmentVariable('ENTRA_CLIENT_ID', '')
param authIssuer = readEnvironmentVariable('AUTH_ISSUER', '')
param authAudience = readEnvironmentVariable('AUTH_AUDIENCE', '')
param authJwksUrl = readEnvironmentVariable('AUTH_JWKS_URL', '')

param redisService = readEnvironmentVariable('REDIS_SERVICE', 'managed')
param existingRedisName = readEnvironmentVariable('EXISTING_REDIS_NAME', '')
param existingRedisResourceGroup = readEnvironmentVariable('EXISTING_REDIS_RESOURCE_GROUP', '')

param existingOpenAiName = readEnvironmentVariable('EXISTING_OPENAI_NAME', '')
param existingOpenAiResourceGroup = readEnvironmentVariable('EXISTING_OPENAI_RESOURCE_GROUP', '')
param openAiDeploymentName = readEnvironmentVariable('MODEL_DEPLOYMENT', 'chat')
param modelName = readEnvironmentVariable('MODEL_NAME', 'gpt-5.4-mini')
param openAiCapacity = int(readEnvironmentVariable('MODEL_CAPACITY', '50'))

param useVirtualNetwork = bool(readEnvironmentVariable('USE_VIRTUAL_NETWORK', 'false'))
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
