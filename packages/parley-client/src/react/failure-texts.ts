/**
 * What users are told of a failure, by its code: the service's, and those of what did not reach it. Of a code that is not
 * here they are told the service's own words.
 */
export const failureTexts = {
  unauthenticated: 'You are not signed in, or no longer.',
  'identity-unavailable': 'Your sign-in cannot be checked at the moment.',
  'session-not-found': 'This conversation has expired or was deleted.',
  'session-busy': 'This conversation is still answering another message.',
  'session-moved': 'This conversation went on in the meantime.',
  'too-many-pinned': 'You cannot pin any more conversations. Unpin one first.',
  'turn-in-progress': 'This message is still being answered.',
  'turn-lost': 'The answer was lost before it could be saved.',
  'invalid-request': 'The service did not accept this request.',
  'idempotency-key-reused': 'The service took this message for an earlier one.',
  'message-too-long': 'This message is too long. Shorten it, or send it in parts.',
  'body-too-large': 'This message is too long. Shorten it, or send it in parts.',
  'context-too-long': 'This conversation is too long for the model. Please begin a new one.',
  'output-limit-reached': 'The model did not finish within the length that an answer may have. Try asking for less.',
  'content-filtered': 'The content filter stopped this. Try asking in other words.',
  'unknown-assistant': 'This assistant is no longer available.',
  'rate-limited': 'You have sent many messages in a short time.',
  'token-limit-exceeded': 'You have reached your usage limit for now.',
  'model-busy': 'The model is busy.',
  'model-timeout': 'The model took too long to answer.',
  'model-failed': 'The model could not answer.',
  'store-unavailable': 'Conversations are not available at the moment.',
  internal: 'Something went wrong in the service.',
  unknown: 'The service could not be used just now.',
  unreachable: 'The service cannot be reached.',
  'never-reached': 'The service at {address} cannot be reached.',
  'origin-refused': 'The service at {address} does not allow pages from {origin}.',
};
