/** Keywords whose value holds schemas by names, which may be any word. */
const NAMED = new Set(['properties', '$defs', 'definitions', 'dependentSchemas']);

/** Keywords whose value is data. */
const DATA = new Set(['const', 'enum', 'default', 'examples', 'required']);

/**
 * A server's schema without its regular expressions: one that backtracks would hold up the process, and the server checks
 * what it is given itself. Where names of fields are told by such an expression, no field is one too many.
 */
export function checkableSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(checkableSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema);
  const namesByPattern = entries.some(([keyword]) => keyword === 'patternProperties');
  const dropped = new Set(['pattern', 'patternProperties', 'format']);
  if (namesByPattern) for (const keyword of ['additionalProperties', 'unevaluatedProperties']) dropped.add(keyword);
  return Object.fromEntries(
    entries
      .filter(([keyword]) => !dropped.has(keyword))
      .map(([keyword, value]) => {
        if (DATA.has(keyword)) return [keyword, value];
        return [keyword, NAMED.has(keyword) ? namedSchemas(value) : checkableSchema(value)];
      }),
  );
}

function namedSchemas(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, checkableSchema(schema)]));
}
