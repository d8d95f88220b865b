import type { OfferedTool } from '../../conversation/ports/model.ts';
import type { TurnRequest } from '../../conversation/turn-request.ts';
import { refused } from './api-failure.ts';
import { FUNCTION_NAME } from './call-items.ts';
import { shortened, unknownParameter, wellFormed } from './item-checks.ts';
import { isGiven } from './response-body.ts';

/** A function of the caller's, as a response tells it again. */
export interface FunctionTool {
  type: 'function';
  name: string;
  description: string | null;
  parameters: object | null;
  strict: boolean;
}

export type ToolChoice = 'auto' | 'none' | 'required' | { type: 'function'; name: string };

/** As many as a server has, and each as long as one of its tools. */
const MOST = { functions: 128, characters: 32_768 };

/** What functions may be said to be, and are not. */
const WITHOUT = ['allowed_callers', 'async', 'defer_loading', 'output_schema'];

/**
 * The functions that a caller has itself for the model to call.
 *
 * @throws {ApiFailure} 400
 */
export function readFunctions(tools: unknown): FunctionTool[] {
  if (!isGiven(tools)) return [];
  if (!Array.isArray(tools)) throw refused('invalid_value', 'tools', 'tools must be a list.');
  if (tools.length > MOST.functions) {
    throw refused('invalid_value', 'tools', `tools may have at most ${MOST.functions} functions.`);
  }
  const functions = tools.map((tool: unknown, place) => readFunction(tool, `tools[${place}]`));
  const twice = functions.findIndex(({ name }, place) => functions.findIndex((other) => other.name === name) < place);
  if (twice !== -1) throw refused('invalid_value', `tools[${twice}].name`, 'Each function has a name of its own.');
  return functions;
}

function readFunction(tool: unknown, param: string): FunctionTool {
  const { type, name, description, parameters, strict, ...rest } = Object(tool) as Record<string, unknown>;
  if (typeof type !== 'string') throw refused('invalid_value', param, 'A tool must be an object with a type.');
  if (type !== 'function') throw refused('not_supported', `${param}.type`, 'Of tools, only functions are taken.');
  for (const [key, value] of Object.entries(rest)) {
    if (!WITHOUT.includes(key)) throw unknownParameter(`${param}.${shortened(key)}`);
    if (value) throw refused('not_supported', `${param}.${key}`, `${key} is not supported.`);
  }
  if (typeof name !== 'string' || !FUNCTION_NAME.test(name)) {
    throw refused('invalid_value', `${param}.name`, 'name must be 1 to 64 letters, digits, _ and -.');
  }
  if (isGiven(description) && typeof description !== 'string') {
    throw refused('invalid_value', `${param}.description`, 'description must be a string.');
  }
  if (isGiven(parameters) && !isSchema(parameters)) {
    throw refused('invalid_value', `${param}.parameters`, 'parameters must be a JSON Schema of an object.');
  }
  if (isGiven(strict) && typeof strict !== 'boolean') {
    throw refused('invalid_value', `${param}.strict`, 'strict must be a boolean.');
  }
  const said = { description: (description as string | undefined) ?? null, parameters: parameters ?? null };
  const written = JSON.stringify(said);
  if (written.length > MOST.characters) {
    throw refused('invalid_value', param, `A function may have at most ${MOST.characters} characters.`);
  }
  wellFormed(said.description ?? '', `${param}.description`);
  return { type, name, ...said, strict: strict === true };
}

function isSchema(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { type = 'object' } = value as { type?: unknown };
  return type === 'object';
}

/** As the model is told of them. */
export function offeredFunctions(functions: readonly FunctionTool[]): OfferedTool[] {
  return functions.map(({ name, description, parameters, strict }) => ({
    name,
    description: description ?? '',
    parameters: parameters ?? { type: 'object', properties: {} },
    ...(strict && { strict }),
  }));
}

/**
 * Whether the model has to call, and what.
 *
 * @throws {ApiFailure} 400
 */
export function readToolChoice(choice: unknown, functions: readonly FunctionTool[]): ToolChoice {
  if (!isGiven(choice)) return 'auto';
  if (choice === 'auto' || choice === 'none' || choice === 'required') return choice;
  const { type, name, ...rest } = Object(choice) as Record<string, unknown>;
  if (type !== 'function') throw refused('not_supported', 'tool_choice', 'tool_choice is not supported like this.');
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw unknownParameter(`tool_choice.${shortened(unknown)}`);
  const known = functions.find((each) => each.name === name);
  if (known === undefined)
    throw refused('invalid_value', 'tool_choice.name', 'name must be that of a function in tools.');
  return { type, name: known.name };
}

/** The same, as a turn is asked for it. */
export function turnChoice(choice: ToolChoice): TurnRequest['toolChoice'] {
  if (choice === 'auto') return undefined;
  return typeof choice === 'string' ? choice : { name: choice.name };
}
