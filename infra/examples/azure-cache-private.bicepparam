using '../main.bicep'

// Azure Cache for Redis, and everything else, on private addresses alone, watched, and locked against deletion.
param redisService = 'cache'
param redisCacheSku = 'Premium'
param redisCacheCapacity = 1
param useVirtualNetwork = true
param diagnostics = true
param deleteLocks = true
