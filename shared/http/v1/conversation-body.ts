import * as z from 'zod/mini';
import type { Call } from '../endpoint.ts';
import { readJson } from '../read-json.ts';
import { refused } from './api-failure.ts';
import { checkBody } from './check-body.ts';

// What `metadata` and the items hold is looked into by those who read them.
const metadata = z.optional(z.unknown());
const items = z.array(z.unknown(), 'must be a list of items');

/** The body of `POST /v1/conversations`. */
export const createBody = z.strictObject({ metadata, items: z.nullish(items) });

/** The body of `POST /v1/conversations/{conversation_id}`. */
export const updateBody = z.strictObject({ metadata });

/** The body of `POST /v1/conversations/{conversation_id}/items`. */
export const bringBody = z.strictObject({ items });

/**
 * @param needed what has to be there
 * @throws {Failure} 400, or why the body cannot be read
 */
export async function readConversationBody<T extends z.ZodMiniType>(
  { request, services }: Call,
  schema: T,
  needed?: 'items' | 'metadata',
): Promise<z.infer<T>> {
  const body = await readJson(request, services.settings.maxBodyBytes);
  if (needed !== undefined && !Object.hasOwn(body, needed)) {
    throw refused('missing_required_parameter', needed, `${needed} is missing.`);
  }
  return checkBody(schema, body);
}
