using '../main.bicep'

// Azure Cache for Redis, and everything else, on private addresses alone.
param redisService = 'cache'
param redisCacheSku = 'Premium'
param redisCacheCapacity = 1
param useVirtualNetwork = true
