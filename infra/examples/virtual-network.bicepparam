using '../main.bicep'

// Storage, Redis and the model answer on private addresses alone.
param useVirtualNetwork = true
