using '../main.bicep'

// Both are there already: an Azure Cache for Redis in this group, and an account in another one.
param redisService = 'cache'
param existingRedisName = 'cache-shared'
param existingOpenAiName = 'oai-shared'
param existingOpenAiResourceGroup = 'rg-models'
param openAiTokenScope = 'https://cognitiveservices.azure.com/.default'
