metadata description = 'The one identity that the function app has, everywhere: no key or password is kept anywhere.'

@description('Name of the identity.')
param name string

@description('Where it lies.')
param location string

@description('Its tags.')
param tags { *: string }

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Object id: what roles and access policies are given to, and the user name in Redis.')
output principalId string = identity.properties.principalId

@description('Client id: which identity a process in Azure asks tokens for.')
output clientId string = identity.properties.clientId
