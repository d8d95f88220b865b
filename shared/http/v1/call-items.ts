import type { Item } from '../../conversation/ports/stored.ts';
import { OWN_LABEL } from '../../conversation/ports/toolbox.ts';
import { refused } from './api-failure.ts';
import { checkKnown, IGNORED, textOf, wellFormed } from './item-checks.ts';

/** Who called, and why, goes without saying. */
const IGNORED_OF_CALLS = [...IGNORED, 'caller', 'namespace', 'async', 'approval_request_id', 'reason'];

const ID = /^[\x21-\x7e]{1,255}$/;
export const FUNCTION_NAME = /^[\w-]{1,64}$/;

type Called = NonNullable<Item['call']>;
type Fields = Record<string, unknown>;

export function functionCallOf(item: Fields, param: string): Called {
  const { call_id, name, arguments: written, ...rest } = item;
  checkKnown(rest, param, IGNORED_OF_CALLS);
  return { call_id: idOf(call_id, `${param}.call_id`), ...calledOf(name, written, param) };
}

export function outputOf(item: Fields, param: string): { call_id: string; output: string } {
  const { call_id, output, name: _, ...rest } = item;
  checkKnown(rest, param, IGNORED_OF_CALLS);
  return { call_id: idOf(call_id, `${param}.call_id`), output: textOf(output, 'user', `${param}.output`) };
}

/** A call that Parley made in another conversation: it says itself what came of it. */
export function mcpCallOf(item: Fields, param: string): { content: string; call: Called } {
  const { output, error, ...rest } = item;
  const [first] = Object((error as { content?: unknown } | null)?.content ?? []) as { text?: unknown }[];
  const told = [output, error, first?.text].find((text) => typeof text === 'string') as string | undefined;
  const content = wellFormed(told ?? NOT_SHOWN, `${param}.output`);
  return { content, call: mcpNameOf(rest, param) };
}

/** What is known of a call whose tool shows no results. */
export const NOT_SHOWN = 'Its result is not shown.';

export function mcpNameOf(item: Fields, param: string): Called {
  const { server_label: label, name, arguments: written, ...rest } = item;
  checkKnown(rest, param, IGNORED_OF_CALLS);
  const id = rest['id'];
  const named = typeof label === 'string' && typeof name === 'string' ? mcpName(label, name) : name;
  return { call_id: idOf(id, `${param}.id`), ...calledOf(named, written, param) };
}

/** As the model knew the tool. */
export function mcpName(label: string, name: string): string {
  const whole = label === OWN_LABEL ? name : `${label}__${name}`;
  return whole.replaceAll(/[^\w-]/g, '_').slice(0, 64);
}

function calledOf(name: unknown, written: unknown, param: string): { name: string; arguments: string } {
  if (typeof name !== 'string' || !FUNCTION_NAME.test(name)) {
    throw refused('invalid_value', `${param}.name`, 'name must be 1 to 64 letters, digits, _ and -.');
  }
  if (typeof written !== 'string') throw refused('invalid_value', `${param}.arguments`, 'arguments must be a string.');
  return { name, arguments: wellFormed(written, `${param}.arguments`) };
}

export function approvalOf(item: Fields, param: string): { id: string; approve: boolean } {
  const { approval_request_id: id, approve, ...rest } = item;
  checkKnown(rest, param, IGNORED_OF_CALLS);
  if (typeof approve !== 'boolean') throw refused('invalid_value', `${param}.approve`, 'approve must be a boolean.');
  return { id: idOf(id, `${param}.approval_request_id`), approve };
}

function idOf(id: unknown, param: string): string {
  if (typeof id === 'string' && ID.test(id)) return id;
  throw refused('invalid_value', param, 'An id must be 1 to 255 printable characters.');
}
