metadata description = 'A private address of a service within a network, and the DNS zone that leads to it.'

@description('Name of the endpoint.')
param name string

@description('Where it lies.')
param location string

@description('Tags of endpoint and zone.')
param tags { *: string }

@description('Resource id of the service.')
param serviceId string

@description('Which part of the service.')
param groupId string

@description('The DNS zone of such services.')
param zoneName string

@description('Name of the network.')
param networkName string

@description('Resource id of the subnet.')
param subnetId string

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' existing = {
  name: networkName
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: zoneName
  location: 'global'
  tags: tags

  resource link 'virtualNetworkLinks' = {
    name: networkName
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: network.id }
    }
  }
}

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      {
        name: name
        properties: { privateLinkServiceId: serviceId, groupIds: [groupId] }
      }
    ]
  }

  resource zones 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: groupId
          properties: { privateDnsZoneId: zone.id }
        }
      ]
    }
  }
}
