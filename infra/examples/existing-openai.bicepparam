using '../main.bicep'

// Answers from a deployment of an account in another resource group.
param existingOpenAiName = 'oai-shared'
param existingOpenAiResourceGroup = 'rg-models'
param openAiDeploymentName = 'gpt-5.4-mini'
