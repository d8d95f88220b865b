import * as z from 'zod/mini';
import { $ZodType } from 'zod/v4/core';
import type { Tool, ToolContext, ToolResult } from '../conversation/ports/toolbox.ts';
import { checkedArguments } from './checked-arguments.ts';
import { limited } from './limited.ts';
import { LONGEST_SECONDS, USUAL_SECONDS } from './seconds.ts';
import { sourcesOf } from './sources.ts';
import { type TextWithSources, ToolFile } from './tool.ts';

/**
 * A tool of the file `tools/<name>.ts`.
 *
 * @param exported its default export
 * @throws {Error} that says what is wrong with it, as the end of a sentence about the file
 */
export function fileTool(name: string, exported: unknown): Tool {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || name.length > 64) {
    throw new Error('must be named in at most 64 lower-case letters, digits and hyphens');
  }
  if (!(exported instanceof ToolFile)) throw new Error('must have a default export that is made by tool({ ... })');
  const { input, run, timeoutSeconds = USUAL_SECONDS, ...rest } = exported.definition;
  const { description, readOnly = false, idempotent = false, approve = false, showResults = false } = rest;
  if (typeof description !== 'string' || description.trim() === '') throw new Error('must have a description');
  if (typeof run !== 'function') throw new Error('must have a function run');
  if (!(timeoutSeconds >= 1 && timeoutSeconds <= LONGEST_SECONDS)) {
    throw new Error(`must have timeoutSeconds from 1 to ${LONGEST_SECONDS}`);
  }
  return {
    name,
    offered: { name, description, parameters: parametersOf(input) },
    isRepeatable: readOnly || idempotent,
    needsApproval: approve,
    showsResults: showResults,
    check: (written) =>
      checkedArguments(written, (given) => {
        const { success, data, error } = z.safeParse(input, given);
        return success ? { input: data } : { problem: `The arguments are not valid. ${z.prettifyError(error)}` };
      }),
    async call(given, context): Promise<ToolResult> {
      if (context.signal.aborted) return { status: 'error', text: 'Nothing was done.' };
      return limited({ ms: timeoutSeconds * 1000 }, (late) => {
        const signal = AbortSignal.any([context.signal, late]);
        return told(async () => run(given, { ...context, signal }), signal);
      });
    },
  };
}

/** What came of it. Where nobody wants it any more, what it throws tells nothing: it may be that very fact. */
async function told(run: () => Promise<unknown>, signal: ToolContext['signal']): Promise<ToolResult> {
  try {
    const returned = await run();
    if (hasSources(returned)) return { status: 'ok', text: returned.text, sources: sourcesOf(returned.sources) };
    return { status: 'ok', text: typeof returned === 'string' ? returned : JSON.stringify(returned ?? null) };
  } catch (error) {
    signal.throwIfAborted();
    const message = error instanceof Error ? error.message : '';
    return { status: 'error', text: message || 'The tool failed.' };
  }
}

function hasSources(returned: unknown): returned is TextWithSources {
  const { text, sources } = (returned ?? {}) as Partial<TextWithSources>;
  return typeof text === 'string' && Array.isArray(sources);
}

/** @throws {Error} where it says nothing that a model can be told, or is no object */
function parametersOf(input: unknown): object {
  // By its own entry: through `z.core` the bundle would hold all of zod.
  if (!(input instanceof $ZodType)) throw new Error('must have an input that is a zod schema');
  let schema: z.core.JSONSchema.BaseSchema;
  try {
    // What the tool is given: a field with a default may be left out.
    schema = z.toJSONSchema(input, { io: 'input' });
  } catch (cause) {
    throw new Error(`has an input that is no JSON schema: ${(cause as Error).message}`);
  }
  const { $schema, ...parameters } = schema;
  if (parameters.type !== 'object') throw new Error('must have an input that is an object');
  return parameters;
}
