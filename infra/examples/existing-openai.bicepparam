using '../main.bicep'

// Answers from a deployment of an account in another resource group, and summaries from a smaller one.
param existingOpenAiName = 'oai-shared'
param existingOpenAiResourceGroup = 'rg-models'
param openAiDeploymentName = 'gpt-5.4-mini'
param summaryDeploymentName = 'gpt-5.4-nano'
