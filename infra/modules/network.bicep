metadata description = 'A network of the deployment\'s own: one subnet for the function app\'s instances, one for private endpoints.'

@description('Name of the network.')
param name string

@description('Where it lies.')
param location string

@description('Its tags.')
param tags { *: string }

@description('Its addresses, as a /24 or larger.')
param addressPrefix string

resource rules 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: '${name}-nsg'
  location: location
  tags: tags
}

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: 'functions'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 0)
          delegations: [
            {
              name: 'flex-consumption'
              properties: { serviceName: 'Microsoft.App/environments' }
            }
          ]
          networkSecurityGroup: { id: rules.id }
        }
      }
      {
        name: 'private-endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 1)
          networkSecurityGroup: { id: rules.id }
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }
}

@description('Resource id of the network.')
output id string = network.id

@description('Resource id of the subnet of the function app\'s instances.')
output functionsSubnetId string = '${network.id}/subnets/functions'

@description('Resource id of the subnet of the private endpoints.')
output endpointsSubnetId string = '${network.id}/subnets/private-endpoints'
