/** What is wrong, the body, further headers, and the status and code that it is refused with, whatever the settings. */
export type BadRequest = [
  name: string,
  body: string | Uint8Array,
  headers: Record<string, string>,
  status: number,
  code: string,
];

export const badRequests: BadRequest[] = [
  ['broken JSON', '{"message":', {}, 400, 'invalid-json'],
  ['an empty body', '', {}, 400, 'invalid-json'],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), {}, 400, 'invalid-encoding'],
  ['JSON that is not an object', '[]', {}, 422, 'invalid-request'],
  ['null', 'null', {}, 422, 'invalid-request'],
  ['no message', '{}', {}, 422, 'invalid-request'],
  ['a blank message', '{"message":" \\n\\u00a0"}', {}, 422, 'invalid-request'],
  ['a message that is a number', '{"message":1}', {}, 422, 'invalid-request'],
  ['a lone surrogate', '{"message":"\\ud800"}', {}, 422, 'invalid-request'],
  ['an unknown property', '{"message":"a","role":"system"}', {}, 422, 'invalid-request'],
  ['__proto__', '{"message":"a","__proto__":{"x":1}}', {}, 422, 'invalid-request'],
  ['constructor', '{"message":"a","constructor":{"x":1}}', {}, 422, 'invalid-request'],
  ['a session_id that is a number', '{"message":"a","session_id":7}', {}, 422, 'invalid-request'],
  ['an unknown assistant', '{"message":"a","assistant":"nobody"}', {}, 422, 'unknown-assistant'],
  ['an assistant named __proto__', '{"message":"a","assistant":"__proto__"}', {}, 422, 'unknown-assistant'],
  ['an assistant named toString', '{"message":"a","assistant":"toString"}', {}, 422, 'unknown-assistant'],
  ['another media type', '{"message":"a"}', { 'content-type': 'text/plain' }, 415, 'unsupported-media-type'],
  ['another charset', '{}', { 'content-type': 'application/json; charset=latin1' }, 415, 'unsupported-media-type'],
  ['an encoded body', '{"message":"a"}', { 'content-encoding': 'gzip' }, 415, 'unsupported-media-type'],
  ['an empty key', '{"message":"a"}', { 'idempotency-key': '' }, 400, 'invalid-idempotency-key'],
  ['a long key', '{"message":"a"}', { 'idempotency-key': 'k'.repeat(256) }, 400, 'invalid-idempotency-key'],
];
