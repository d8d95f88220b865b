using '../main.bicep'

// Sessions in Azure Cache for Redis, which retires on 2028-09-30.
param redisService = 'cache'
param redisCacheSku = 'Standard'
param redisCacheCapacity = 1
