using '../main.bicep'

// What a team of some thousand users may want: private addresses, no cold starts, a larger Redis that writes to disk,
// audit records, alerts to people, and a key of its own from a Key Vault.
param authMode = 'easyauth'
param entraClientId = '11111111-1111-4111-8111-111111111111'
param ownerHashReference = '@Microsoft.KeyVault(SecretUri=https://parley.vault.example/secrets/owner-hash-key/)'
param useVirtualNetwork = true
param alwaysReadyInstances = 2
param maximumInstanceCount = 100
param redisSku = 'Balanced_B5'
param redisClusteringPolicy = 'OSSCluster'
param redisPersistence = true
param openAiSku = 'DataZoneStandard'
param openAiCapacity = 500
param auditSink = 'blob'
param alertEmail = 'parley@example.com'
param logRetentionDays = 90
param logDailyQuotaGb = -1
param settings = {
  AUDIT_CONTENT: 'hash'
  RATE_LIMIT_PER_MINUTE: '20'
  TOKEN_LIMIT_PER_DAY: '500000'
}
