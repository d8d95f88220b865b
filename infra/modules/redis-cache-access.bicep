metadata description = 'Lets an identity use an Azure Cache for Redis, new or existing.'

@description('Name of the cache.')
param name string

@description('Object id of the identity.')
param principalId string

@description('Name of the assignment: letters and digits.')
param assignmentName string

resource redis 'Microsoft.Cache/redis@2024-11-01' existing = {
  name: name

  resource assignment 'accessPolicyAssignments' = {
    name: assignmentName
    properties: {
      accessPolicyName: 'Data Contributor'
      objectId: principalId
      objectIdAlias: assignmentName
    }
  }
}

@description('What the app connects to; who connects is the identity\'s token to say.')
output url string = 'rediss://${redis.properties.hostName}:${redis.properties.sslPort}'

@description('Whether the client has to speak the cluster protocol.')
output cluster string = (redis.properties.?shardCount ?? 0) > 0 ? 'true' : 'false'
