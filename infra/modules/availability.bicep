metadata description = 'Asks the service from outside whether it is there, and says so when it is not: an app that does not start writes no logs.'

@description('Name of the test and of its alert.')
param name string

@description('Where the test lies.')
param location string

@description('Tags of both.')
param tags { *: string }

@description('Resource id of the Application Insights component.')
param insightsId string

@description('Address of the service, without a slash at the end.')
param url string

@description('Minutes between two tests from the same place.')
param minutes int

@description('Resource id of the action group that is told; empty: the portal shows it alone.')
param actionGroupId string

@description('Where it is asked from: in western Europe, the eastern United States and south-eastern Asia.')
var places = ['emea-nl-ams-azr', 'us-va-ash-azr', 'apac-sg-sin-azr']

resource test 'Microsoft.Insights/webtests@2022-06-15' = {
  name: name
  location: location
  // The component's list of tests goes by this tag.
  tags: { ...tags, 'hidden-link:${insightsId}': 'Resource' }
  kind: 'standard'
  properties: {
    SyntheticMonitorId: name
    Name: 'Parley: answers'
    Kind: 'standard'
    Enabled: true
    Frequency: minutes * 60
    Timeout: 60
    RetryEnabled: true
    Locations: [for place in places: { Id: place }]
    Request: { RequestUrl: '${url}/health?ready', HttpVerb: 'GET', ParseDependentRequests: false }
    ValidationRules: { ExpectedHttpStatusCode: 200, SSLCheck: true, SSLCertRemainingLifetimeCheck: 7 }
  }
}

resource alert 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    description: 'The service did not answer from two of three places, or says that sessions cannot be kept.'
    enabled: true
    severity: 1
    scopes: [test.id, insightsId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT${max(minutes, 5)}M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: test.id
      componentId: insightsId
      failedLocationCount: 2
    }
    autoMitigate: true
    actions: empty(actionGroupId) ? [] : [{ actionGroupId: actionGroupId }]
  }
}
