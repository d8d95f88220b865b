import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';

interface Media {
  schema: object;
}

interface Answer {
  $ref?: string;
  headers?: Record<string, object>;
  content?: Record<string, Media>;
}

interface Operation {
  operationId: string;
  responses: Record<string, Answer>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: {
    responses: Record<string, Answer>;
    schemas: Record<string, { enum?: string[]; properties: Record<string, { enum?: string[] }> }>;
  };
}

/** A contract, as a stranger would read it. */
export class Contract {
  readonly document: Document;
  readonly #ajv = new Ajv2020({
    strict: false,
    formats: { uuid: /^[0-9a-f-]{36}$/, 'date-time': /^\d{4}-.*Z$/, uri: /^[a-z]+:/ },
  });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(file: string) {
    this.document = parse(readFileSync(file, 'utf8'));
    this.#ajv.addSchema({ $id: 'contract', components: this.document.components });
  }

  /** Every operation by its id, with the statuses that it declares. */
  operations(): Map<string, { method: string; path: string; responses: Record<string, Answer> }> {
    const found = new Map();
    for (const [path, methods] of Object.entries(this.document.paths)) {
      for (const [method, { operationId, responses }] of Object.entries(methods)) {
        found.set(operationId, { method: method.toUpperCase(), path, responses });
      }
    }
    return found;
  }

  /**
   * Holds an answer against what the contract declares for that operation.
   *
   * @returns faults, each in a sentence
   */
  faultsOf(operationId: string, response: Response, text: string): string[] {
    const declared = this.operations().get(operationId)?.responses[String(response.status)];
    if (declared === undefined) return [`${operationId} declares no ${response.status}`];
    const { responses } = this.document.components;
    const answer = declared.$ref === undefined ? declared : responses[declared.$ref.split('/').at(-1) ?? ''];
    const type = response.headers.get('content-type')?.split(';')[0] ?? '';
    if (answer?.content === undefined) return text === '' ? [] : [`${operationId} ${response.status} has a body`];
    const media = answer.content[type];
    if (media === undefined) return [`${operationId} ${response.status} is ${type}`];
    if (!type.endsWith('json') || type.endsWith('x-ndjson')) return [];
    const key = JSON.stringify(media.schema);
    const validate = this.#validators.get(key) ?? this.#ajv.compile(JSON.parse(key.replaceAll('"#/', '"contract#/')));
    this.#validators.set(key, validate);
    return validate(JSON.parse(text))
      ? []
      : (validate.errors ?? []).map((each) => `${operationId} ${each.instancePath} ${each.message}`);
  }
}

export const chatContract = new Contract('openapi.yaml');

/** Of what is under `/v1`. */
export const apiContract = new Contract('openapi.v1.yaml');
