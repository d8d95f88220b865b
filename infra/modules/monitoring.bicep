metadata description = 'Where logs and metrics go: a Log Analytics workspace, and Application Insights on top of it.'

@description('Name of the workspace.')
param workspaceName string

@description('Name of the Application Insights component.')
param insightsName string

@description('Name of the workbook: a GUID.')
param workbookName string

@description('Where both lie.')
param location string

@description('Tags of both.')
param tags { *: string }

@description('Days that logs are kept.')
param retentionInDays int

@description('Gigabytes of logs a day, after which no more are taken until the next day; -1: no such limit.')
param dailyQuotaGb int

@description('Name of the function app\'s identity.')
param identityName string

@description('Object id of that identity.')
param principalId string

@description('Monitoring Metrics Publisher: may send telemetry.')
var metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionInDays
    workspaceCapping: { dailyQuotaGb: dailyQuotaGb }
    features: { disableLocalAuth: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    // Telemetry is taken from identities alone, so that the connection string opens nothing.
    DisableLocalAuth: true
  }
}

resource publishesMetrics 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, identity.id, metricsPublisher)
  scope: insights
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisher)
  }
}

@description('What the workbook shows, one below the other, of so many days.')
var charts = [
  { title: 'Turns by outcome', query: loadTextContent('../queries/turns.kql'), form: 'barchart', days: 1 }
  { title: 'Failures by code', query: loadTextContent('../queries/errors-by-code.kql'), form: 'table', days: 1 }
  { title: 'Milliseconds to the first token', query: loadTextContent('../queries/time-to-first-token.kql'), form: 'linechart', days: 1 }
  { title: 'Tokens by assistant and model', query: loadTextContent('../queries/tokens-by-assistant.kql'), form: 'table', days: 1 }
  { title: 'Calls of tools', query: loadTextContent('../queries/tool-calls.kql'), form: 'table', days: 1 }
  { title: 'Refused by a limit', query: loadTextContent('../queries/limits-hit.kql'), form: 'barchart', days: 1 }
  { title: 'Ratings by assistant and version of its prompt', query: loadTextContent('../queries/ratings-by-prompt.kql'), form: 'table', days: 30 }
  { title: 'Ratings by day', query: loadTextContent('../queries/ratings-by-day.kql'), form: 'barchart', days: 30 }
  { title: 'Why answers were rated down', query: loadTextContent('../queries/down-reasons.kql'), form: 'table', days: 30 }
  { title: 'Comments, where the audit log has them', query: loadTextContent('../queries/rating-comments.kql'), form: 'table', days: 30 }
]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: workbookName
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Parley'
    category: 'workbook'
    sourceId: insights.id
    serializedData: string({
      version: 'Notebook/1.0'
      items: map(charts, chart => {
        type: 3
        name: chart.title
        content: {
          version: 'KqlItem/1.0'
          title: chart.title
          query: chart.query
          visualization: chart.form
          size: 0
          timeContext: { durationMs: 86400000 * chart.days }
          queryType: 0
          resourceType: 'microsoft.insights/components'
          crossComponentResources: [insights.id]
        }
      })
    })
  }
}

@description('Resource id of the workspace.')
output workspaceId string = workspace.id

@description('Resource id of the Application Insights component.')
output insightsId string = insights.id
