using '../main.bicep'

// Sessions in an Azure Managed Redis that another team runs. Its database is called `default`, as all are.
param existingRedisName = 'redis-shared'
param existingRedisResourceGroup = 'rg-data'
