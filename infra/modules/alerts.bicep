metadata description = 'Says so when the service fails or does not answer, when Redis fills up, and when the model fails or refuses. docs/deploy.md has the table.'

@description('Prefix of the alerts\' names.')
param prefix string

@description('Where the rules lie that read logs, and the availability test; the others lie nowhere.')
param location string

@description('Their tags.')
param tags { *: string }

@description('Address that is written to; empty: alerts are seen in the portal alone.')
param email string

@description('Resource id of the Application Insights component.')
param insightsId string

@description('Resource id of the Log Analytics workspace.')
param workspaceId string

@description('Resource id of the Redis instance.')
param redisId string

@description('Its resource type.')
param redisType 'Microsoft.Cache/redisEnterprise' | 'Microsoft.Cache/redis'

@description('Resource id of the Azure OpenAI account.')
param openAiId string

@description('Address of the service.')
param url string

@description('Minutes between two availability tests from the same place; 0: none.')
param availabilityTestMinutes int

@description('Percent of requests that may be answered with 5xx within a quarter of an hour.')
param failedPercent int

@description('Turns that may fail within a quarter of an hour, whatever their status.')
param failedTurns int

@description('Percent of Redis\'s memory that may be used.')
param redisMemoryPercent int

@description('Percent of Redis\'s processor that may be used, on average of a quarter of an hour.')
param redisProcessorPercent int

@description('Connections that Redis may have.')
param redisConnections int

@description('Requests to the model that may be answered with 429, with 5xx, or with 401, 403 or 404, within five minutes.')
param modelRefusals int

@description('Whom alerts are told.')
var actions = empty(email) ? [] : [people.id]

@description('What reads logs. A query yields one row, with the column that is measured.')
var logRules = [
  {
    name: '5xx'
    title: 'answers with 5xx'
    description: 'More than ${failedPercent} % of at least 20 requests in 15 minutes were answered with 5xx.'
    severity: 1
    scope: insightsId
    query: loadTextContent('../queries/alerts/5xx.kql')
    column: 'percent'
    threshold: failedPercent
  }
  {
    name: 'failed-turns'
    title: 'turns fail'
    description: 'More than ${failedTurns} requests in 15 minutes failed by the service, its model or its store; streams that had begun, too.'
    severity: 1
    scope: insightsId
    query: loadTextContent('../queries/alerts/failed-turns.kql')
    column: 'failures'
    threshold: failedTurns
  }
  {
    name: 'audit-lost'
    title: 'audit records are lost'
    description: 'An audit record could not be written; the log says why.'
    severity: 1
    scope: insightsId
    query: loadTextContent('../queries/alerts/audit-lost.kql')
    column: 'records'
    threshold: 0
  }
  {
    name: 'log-cap'
    title: 'logs are no longer taken'
    description: 'The day\'s gigabytes of logs are used up: until tomorrow the other rules that read logs see nothing.'
    severity: 2
    scope: workspaceId
    query: loadTextContent('../queries/alerts/log-cap.kql')
    column: 'times'
    threshold: 0
  }
]

@description('What watches the numbers of a service. Status codes are those of the model\'s answers.')
var metricRules = [
  {
    name: 'redis-memory'
    description: 'Redis uses more than ${redisMemoryPercent} % of its memory. When it is full, new turns are refused.'
    severity: 1
    scope: redisId
    namespace: redisType
    metric: 'usedmemorypercentage'
    aggregation: 'Maximum'
    window: 'PT5M'
    threshold: redisMemoryPercent
    statusCodes: []
  }
  {
    name: 'redis-processor'
    description: 'Redis uses more than ${redisProcessorPercent} % of its processor, on average of 15 minutes.'
    severity: 2
    scope: redisId
    namespace: redisType
    metric: 'percentProcessorTime'
    aggregation: 'Average'
    window: 'PT15M'
    threshold: redisProcessorPercent
    statusCodes: []
  }
  {
    name: 'redis-connections'
    description: 'Redis has more than ${redisConnections} connections; an instance of the app has two.'
    severity: 2
    scope: redisId
    namespace: redisType
    metric: 'connectedclients'
    aggregation: 'Maximum'
    window: 'PT5M'
    threshold: redisConnections
    statusCodes: []
  }
  {
    name: 'model-429'
    description: 'The model refused more than ${modelRefusals} requests in 5 minutes with 429: its quota is too small.'
    severity: 2
    scope: openAiId
    namespace: 'Microsoft.CognitiveServices/accounts'
    metric: 'AzureOpenAIRequests'
    aggregation: 'Total'
    window: 'PT5M'
    threshold: modelRefusals
    statusCodes: ['429']
  }
  {
    name: 'model-5xx'
    description: 'The model failed more than ${modelRefusals} requests in 5 minutes.'
    severity: 1
    scope: openAiId
    namespace: 'Microsoft.CognitiveServices/accounts'
    metric: 'AzureOpenAIRequests'
    aggregation: 'Total'
    window: 'PT5M'
    threshold: modelRefusals
    statusCodes: ['500', '502', '503', '504']
  }
  {
    name: 'model-denied'
    description: 'The model answered more than ${modelRefusals} requests in 5 minutes with 401, 403 or 404: the identity\'s role, the token\'s scope or the deployment is not what it was.'
    severity: 1
    scope: openAiId
    namespace: 'Microsoft.CognitiveServices/accounts'
    metric: 'AzureOpenAIRequests'
    aggregation: 'Total'
    window: 'PT5M'
    threshold: modelRefusals
    statusCodes: ['401', '403', '404']
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: '${prefix}-people'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'parley'
    emailReceivers: [{ name: 'email', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource logAlerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in logRules: {
    name: '${prefix}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Parley: ${rule.title}'
      description: rule.description
      enabled: true
      severity: rule.severity
      scopes: [rule.scope]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      // A table of a component that is new may not be there yet, and the deployment would end here.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            metricMeasureColumn: rule.column
            timeAggregation: 'Maximum'
            operator: 'GreaterThan'
            threshold: rule.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      autoMitigate: true
      actions: { actionGroups: actions }
    }
  }
]

resource metricAlerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for rule in metricRules: {
    name: '${prefix}-${rule.name}'
    location: 'global'
    tags: tags
    properties: {
      description: rule.description
      enabled: true
      severity: rule.severity
      scopes: [rule.scope]
      evaluationFrequency: 'PT5M'
      windowSize: rule.window
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: rule.name
            metricNamespace: rule.namespace
            metricName: rule.metric
            dimensions: empty(rule.statusCodes)
              ? []
              : [{ name: 'StatusCode', operator: 'Include', values: rule.statusCodes }]
            timeAggregation: rule.aggregation
            operator: 'GreaterThan'
            threshold: rule.threshold
          }
        ]
      }
      autoMitigate: true
      actions: [for action in actions: { actionGroupId: action }]
    }
  }
]

module availability 'availability.bicep' = if (availabilityTestMinutes > 0) {
  params: {
    name: '${prefix}-availability'
    location: location
    tags: tags
    insightsId: insightsId
    url: url
    minutes: availabilityTestMinutes
    actionGroupId: empty(email) ? '' : people.id
  }
}
