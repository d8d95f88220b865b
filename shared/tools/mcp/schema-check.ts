import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv';
import type { Check } from '../checked-arguments.ts';
import { checkableSchema } from './checkable-schema.ts';

/** Lists of many callers have the same schemas. */
const MOST = 500;

/** By the schema's text. */
const known = new Map<string, Check>();

/** @throws where the schema is none */
export function schemaCheck(schema: object): Check {
  const text = JSON.stringify(schema);
  const made = known.get(text) ?? compiled(schema);
  if (known.size >= MOST) known.clear();
  known.set(text, made);
  return made;
}

/** The dialect of a schema that names none. */
const NEWEST = 'https://json-schema.org/draft/2020-12/schema';

/** What says of schemas whether they are any: it holds none but those of the dialects. */
const judge = new AjvJsonSchemaValidator();

function compiled(schema: object): Check {
  const { $schema = NEWEST } = schema as { $schema?: string };
  // Providers refuse a whole request for one schema that is none.
  const { valid, errorMessage: fault } = judge.getValidator({ $schema, $ref: $schema })(schema);
  if (!valid) throw new Error(fault);
  // One of its own for each: schemas that call themselves the same would be taken for each other.
  const validate = new AjvJsonSchemaValidator().getValidator(checkableSchema(schema) as Record<string, unknown>);
  return (given) => {
    const { valid: isValid, errorMessage } = validate(given);
    return isValid ? { input: given } : { problem: `The arguments are not valid: ${errorMessage}` };
  };
}
