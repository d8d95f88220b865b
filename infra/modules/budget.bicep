metadata description = 'A budget of the resource group: it tells, and stops nothing.'

@description('Name of the budget.')
param name string

@description('What a month may cost, in the currency of the bill.')
param amount int

@description('First day of the month that it begins with, as 2026-11-01. Azure lets nobody change it.')
param start string

@description('Address that is written to, beside the owners of the resource group; empty: they alone.')
param email string

@description('Whom it is told.')
var contacts = { contactEmails: empty(email) ? [] : [email], contactRoles: ['Owner'] }

resource budget 'Microsoft.Consumption/budgets@2023-11-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: start }
    notifications: {
      forecast: { enabled: true, operator: 'GreaterThan', threshold: 100, thresholdType: 'Forecasted', ...contacts }
      half: { enabled: true, operator: 'GreaterThan', threshold: 50, thresholdType: 'Actual', ...contacts }
      most: { enabled: true, operator: 'GreaterThan', threshold: 90, thresholdType: 'Actual', ...contacts }
    }
  }
}
