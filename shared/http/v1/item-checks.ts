import type { Item } from '../../conversation/ports/stored.ts';
import { refused } from './api-failure.ts';

/** What may stand beside what an item says, and is without effect. */
export const IGNORED: readonly string[] = ['id', 'status', 'phase', 'type'];

/** The parts of each role's content that are text. */
const TEXTS = { user: ['input_text'], system: ['input_text'], assistant: ['output_text', 'input_text'] };

export function checkKnown(rest: Record<string, unknown>, param: string, ignored: readonly string[] = IGNORED): void {
  const unknown = Object.keys(rest).find((key) => !ignored.includes(key));
  if (unknown !== undefined) throw unknownParameter(`${param}.${shortened(unknown)}`);
}

/** Text, or its parts: what was asked in parts is read as paragraphs, what was answered as it was said. */
export function textOf(content: unknown, role: Item['role'], param: string): string {
  if (typeof content === 'string') return wellFormed(content, param);
  if (!Array.isArray(content)) throw refused('invalid_value', param, 'It must be a string, or a list of parts.');
  const parts = content.map((part: unknown, place) => partOf(part, role, `${param}[${place}]`));
  return parts.join(role === 'assistant' ? '' : '\n\n');
}

function partOf(part: unknown, role: Item['role'], param: string): string {
  const { type, text } = Object(part) as { type?: unknown; text?: unknown };
  if (typeof type !== 'string') throw refused('invalid_value', param, 'A part must be an object with a type.');
  if (!TEXTS[role].includes(type)) {
    throw refused('unsupported_content', `${param}.type`, `Of ${role} items only text is taken.`);
  }
  if (typeof text !== 'string') throw refused('invalid_value', `${param}.text`, 'text must be a string.');
  return wellFormed(text, `${param}.text`);
}

/** @throws {ApiFailure} 400 where text is not well-formed Unicode */
export function wellFormed(text: string, param: string): string {
  if (text.isWellFormed()) return text;
  throw refused('invalid_value', param, 'Text must be well-formed Unicode.');
}

export function unknownParameter(param: string) {
  return refused('unknown_parameter', param, `Unknown parameter: ${param}.`);
}

/** Names are the caller's text. */
export function shortened(name: string): string {
  return name.slice(0, 80).toWellFormed();
}
