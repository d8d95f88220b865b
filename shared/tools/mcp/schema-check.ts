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

function compiled(schema: object): Check {
  // One of its own for each: schemas that call themselves the same would be taken for each other.
  const validate = new AjvJsonSchemaValidator().getValidator(checkableSchema(schema) as Record<string, unknown>);
  return (given) => {
    const { valid, errorMessage } = validate(given);
    return valid ? { input: given } : { problem: `The arguments are not valid: ${errorMessage}` };
  };
}
