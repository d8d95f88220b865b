metadata description = 'Lets an identity call the models of an Azure OpenAI account, new or existing.'

@description('Name of the account.')
param name string

@description('Resource id of the identity.')
param identityId string

@description('Object id of the identity.')
param principalId string

@description('Cognitive Services OpenAI User: may call models, and change nothing.')
var openAiUser = '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd'

resource account 'Microsoft.CognitiveServices/accounts@2024-10-01' existing = {
  name: name
}

resource callsModels 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, identityId, openAiUser)
  scope: account
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', openAiUser)
  }
}

@description('Address of the account, with a slash at the end.')
output endpoint string = account.properties.endpoint
