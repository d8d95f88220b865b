using '../main.bicep'

// What a team of some thousand users may want: private addresses, several zones, no cold starts, no turn cut by an
// update, a larger Redis that writes to disk, audit records, a page with its own name and colour, a budget, locks, alerts
// to people, and a key of its own from a Key Vault. The locks take the role Owner; the budget begins with the month of the
// first deployment.
param authMode = 'easyauth'
param entraClientId = '11111111-1111-4111-8111-111111111111'
param ownerHashReference = '@Microsoft.KeyVault(VaultName=kv-parley;SecretName=owner-hash-key)'
param keyVaultName = 'kv-parley'
param keyVaultResourceGroup = 'rg-secrets'
param useVirtualNetwork = true
param zoneRedundant = true
param siteUpdateStrategy = 'RollingUpdate'
param deleteLocks = true
param alwaysReadyInstances = 2
param maximumInstanceCount = 100
param redisSku = 'Balanced_B5'
param redisClusteringPolicy = 'OSSCluster'
param redisPersistence = true
param openAiSku = 'DataZoneStandard'
param openAiCapacity = 500
param auditSink = 'blob'
param diagnostics = true
param alertEmail = 'parley@example.com'
param availabilityTestMinutes = 5
param budgetAmount = 2000
param budgetStart = '2026-11-01'
param branding = {
  name: 'Contoso Chat'
  logo: '<svg viewBox="0 0 24 24"><path fill="#0f6cbd" d="M12 2 22 20H2z"/></svg>'
  accent: 'light-dark(#0f6cbd, #6cb8f6)'
  greeting: string({ en: 'What can we do for you?', de: 'Was können wir für Sie tun?' })
  disclaimer: 'Answers may be wrong. Check what matters.'
  retention: 'A conversation is deleted an hour after its last message.'
  footer: 'Privacy'
  footerUrl: 'https://contoso.com/privacy'
  languages: 'en,de'
}
param logRetentionDays = 90
param logDailyQuotaGb = -1
param settings = {
  AUDIT_CONTENT: 'hash'
  TOKEN_LIMIT_PER_DAY: '500000'
}
