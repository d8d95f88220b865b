import * as z from 'zod/mini';
import type { Check } from '../checked-arguments.ts';
import { schemaCheck } from './schema-check.ts';

/** Of a tool's description and schema together. They are part of every prompt. */
const MOST_CHARACTERS = 32_768;

/** A tool as its server tells of it. What it says of its own effects is not read. */
export interface ListedTool {
  /** The server's own name for it. */
  name: string;
  description: string;
  inputSchema: object;
  check: Check;
}

const form = z.object({
  name: z.string().check(z.regex(/^[\w./-]{1,128}$/)),
  title: z.optional(z.string()),
  description: z.optional(z.string()),
  inputSchema: z.looseObject({ type: z.literal('object') }),
});

/** @returns none where it is none that can be called */
export function listedTool(told: unknown): ListedTool | undefined {
  const { data } = z.safeParse(form, told);
  if (data === undefined) return undefined;
  const { name, title = name, description = title, inputSchema } = data;
  if (description.length + JSON.stringify(inputSchema).length > MOST_CHARACTERS) return undefined;
  try {
    return { name, description, inputSchema, check: schemaCheck(inputSchema) };
  } catch {
    return undefined;
  }
}
