metadata description = 'Lets an identity use an instance of Azure Managed Redis, new or existing.'

@description('Name of the instance.')
param name string

@description('Object id of the identity.')
param principalId string

@description('Name of the assignment: letters and digits.')
param assignmentName string

resource redis 'Microsoft.Cache/redisEnterprise@2025-07-01' existing = {
  name: name

  resource database 'databases' existing = {
    name: 'default'

    resource assignment 'accessPolicyAssignments' = {
      name: assignmentName
      properties: {
        accessPolicyName: 'default'
        user: { objectId: principalId }
      }
    }
  }
}

@description('What the app connects to; who connects is the identity\'s token to say.')
output url string = 'rediss://${redis.properties.hostName}:${redis::database.properties.port}'

@description('Whether the client has to speak the cluster protocol.')
output cluster string = redis::database.properties.clusteringPolicy == 'OSSCluster' ? 'true' : 'false'
