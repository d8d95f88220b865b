import { Ajv } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Check } from '../checked-arguments.ts';
import { checkableSchema } from './checkable-schema.ts';

/** Lists of many callers have the same schemas. */
const MOST = 500;

/** By the dialect's address, without its protocol; draft 7 says nothing else than draft 6. */
const dialects = new Map([
  ['json-schema.org/draft/2020-12/schema', Ajv2020],
  ['json-schema.org/draft/2019-09/schema', Ajv2019],
  ['json-schema.org/draft-07/schema', Ajv],
  ['json-schema.org/draft-06/schema', Ajv],
]);

const NEWEST = 'https://json-schema.org/draft/2020-12/schema';

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
  const { $schema = NEWEST, ...rules } = schema as { $schema?: unknown };
  const Dialect = dialects.get(String($schema).replace(/^https?:\/\/|#$/g, ''));
  if (Dialect === undefined) throw new Error('a dialect that is not known');
  // One of its own for each: schemas that call themselves the same would be taken for each other.
  const ajv = new Dialect({ strict: false, validateFormats: false, allErrors: true, logger: false });
  // Providers refuse a whole request for one schema that is none.
  if (!ajv.validateSchema(rules)) throw new Error(ajv.errorsText());
  const validate = ajv.compile(checkableSchema(rules) as object);
  return (given) => {
    if (validate(given)) return { input: given };
    return { problem: `The arguments are not valid: ${ajv.errorsText(validate.errors, { dataVar: '' })}` };
  };
}
