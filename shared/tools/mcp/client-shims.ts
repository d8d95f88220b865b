// What the client library of MCP servers has for each kind of machine, without its validator of schemas: it holds copies of
// packages that no lockfile knows. The build puts this in its place; schema-check.ts has the validator that is used.

export const CORS_IS_POSSIBLE = false;

export class DefaultJsonSchemaValidator {
  getValidator(): never {
    throw new Error('no schema is checked by the client library');
  }
}
