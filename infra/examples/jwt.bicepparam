using '../main.bicep'

// The app itself checks the tokens of an issuer, for a page elsewhere.
param authMode = 'jwt'
param authIssuer = 'https://login.example.com/'
param authAudience = 'parley'
param authJwksUrl = 'https://login.example.com/.well-known/jwks.json'
param allowedOrigins = ['https://chat.example.com']
