import * as z from 'zod/mini';
import { refused } from './api-failure.ts';
import { shortened, unknownParameter } from './item-checks.ts';

/**
 * Checks a body against its schema.
 *
 * @throws {ApiFailure} 400, naming the first parameter that is wrong
 */
export function checkBody<T extends z.ZodMiniType>(schema: T, body: unknown): z.infer<T> {
  const result = z.safeParse(schema, body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const param = issue?.path.join('.') ?? '';
  if (issue?.code === 'unrecognized_keys') {
    throw unknownParameter([...issue.path, shortened(issue.keys[0] ?? '')].join('.'));
  }
  const how = issue?.code === 'invalid_type' ? `must be a ${issue.expected}` : issue?.message;
  throw refused('invalid_value', param, `${param} ${how}.`);
}
