using '../main.bicep'

// Users of one tenant sign in with Microsoft Entra, in front of the app.
param authMode = 'easyauth'
param entraClientId = '11111111-1111-4111-8111-111111111111'
