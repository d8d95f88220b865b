metadata description = 'Lets an identity read the secrets of a Key Vault that is there already.'

@description('Name of the vault; it has to take roles, not access policies.')
param name string

@description('Resource id of the identity.')
param identityId string

@description('Object id of the identity.')
param principalId string

@description('Key Vault Secrets User: may read secrets, and change nothing.')
var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: name
}

resource readsSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, identityId, secretsUser)
  scope: vault
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}
