metadata description = 'Says so when the service fails, when Redis fills up, and when the model is asked more than it was given.'

@description('Prefix of the alerts\' names.')
param prefix string

@description('Where the rule lies that reads logs; the others lie nowhere.')
param location string

@description('Their tags.')
param tags { *: string }

@description('Address that is written to; empty: alerts are seen in the portal alone.')
param email string

@description('Resource id of the Application Insights component.')
param insightsId string

@description('Resource id of the Redis instance.')
param redisId string

@description('Its resource type.')
param redisType 'Microsoft.Cache/redisEnterprise' | 'Microsoft.Cache/redis'

@description('Resource id of the Azure OpenAI account.')
param openAiId string

@description('Percent of requests that may be answered with 5xx within a quarter of an hour.')
param failedPercent int

@description('Percent of Redis\'s memory that may be used.')
param redisMemoryPercent int

@description('Requests to the model that may be answered with 429 within five minutes.')
param modelRefusals int

@description('Whom alerts are told.')
var actions = empty(email) ? [] : [people.id]

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

resource failures 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = {
  name: '${prefix}-5xx'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Parley: answers with 5xx'
    description: 'More than ${failedPercent} % of at least 20 requests in 15 minutes were answered with 5xx.'
    enabled: true
    severity: 1
    scopes: [insightsId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          query: 'requests | summarize total = count(), failed = countif(toint(resultCode) >= 500) | where total >= 20 | project percent = 100.0 * failed / total'
          metricMeasureColumn: 'percent'
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: failedPercent
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    autoMitigate: true
    actions: { actionGroups: actions }
  }
}

resource memory 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: '${prefix}-redis-memory'
  location: 'global'
  tags: tags
  properties: {
    description: 'Redis uses more than ${redisMemoryPercent} % of its memory. When it is full, new turns are refused.'
    enabled: true
    severity: 1
    scopes: [redisId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'memory'
          metricNamespace: redisType
          metricName: 'usedmemorypercentage'
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: redisMemoryPercent
        }
      ]
    }
    autoMitigate: true
    actions: [for action in actions: { actionGroupId: action }]
  }
}

resource refusals 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: '${prefix}-model-429'
  location: 'global'
  tags: tags
  properties: {
    description: 'The model refused more than ${modelRefusals} requests in 5 minutes with 429: its quota is too small.'
    enabled: true
    severity: 2
    scopes: [openAiId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'refusals'
          metricNamespace: 'Microsoft.CognitiveServices/accounts'
          metricName: 'AzureOpenAIRequests'
          dimensions: [{ name: 'StatusCode', operator: 'Include', values: ['429'] }]
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: modelRefusals
        }
      ]
    }
    autoMitigate: true
    actions: [for action in actions: { actionGroupId: action }]
  }
}
