using 'main.bicep'

// azd sets AZURE_ENV_NAME. The others: `azd env set NAME VALUE`, or the environment of `az deployment group create`.
// Parameters that are not here keep the defaults of main.bicep, which explains each of them.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'parley')

param authMode = readEnvironmentVariable('AUTH_MODE', 'key')
param entraClientId = readEnvironmentVariable('ENTRA_CLIENT_ID', '')
param authIssuer = readEnvironmentVariable('AUTH_ISSUER', '')
param authAudience = readEnvironmentVariable('AUTH_AUDIENCE', '')
param authJwksUrl = readEnvironmentVariable('AUTH_JWKS_URL', '')

param redisService = readEnvironmentVariable('REDIS_SERVICE', 'managed')
param existingRedisName = readEnvironmentVariable('EXISTING_REDIS_NAME', '')
param existingOpenAiName = readEnvironmentVariable('EXISTING_OPENAI_NAME', '')

param modelName = readEnvironmentVariable('MODEL_NAME', 'gpt-5.4-mini')
param openAiCapacity = int(readEnvironmentVariable('MODEL_CAPACITY', '50'))

param useVirtualNetwork = bool(readEnvironmentVariable('USE_VIRTUAL_NETWORK', 'false'))
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
