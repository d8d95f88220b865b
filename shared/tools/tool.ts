import type * as z from 'zod/mini';
import type { ToolContext } from '../conversation/ports/toolbox.ts';

/** A text, and where it was found: addresses that begin with `https://` or `http://` are shown to the caller. */
export interface TextWithSources {
  text: string;
  sources: readonly { url: string; title?: string }[];
}

export interface ToolDefinition<Input extends z.core.$ZodType = z.core.$ZodType> {
  /** What it does and when to call it, for the model. */
  description: string;
  /** Its arguments: an object. What its fields are for is said to the model by their descriptions. */
  input: Input;
  /**
   * Does it, and returns a text, a value that JSON can say, or `TextWithSources`. What it throws is told to the model by
   * its message, as a failure of the tool. After `signal` is aborted it has 2 s left to
   * return; what it throws then leaves open whether it was done.
   */
  run(input: z.output<Input>, context: ToolContext): unknown;
  /** It changes nothing: where a call may have been lost, it is made again. */
  readOnly?: boolean;
  /** Two calls under the same `idempotencyKey` do as much as one: where a call may have been lost, it is made again. */
  idempotent?: boolean;
  /** It is called only after the caller has said yes. */
  approve?: boolean;
  /** 1 to 220; 30 by default. What takes longer is given up, and nobody knows whether it was done. */
  timeoutSeconds?: number;
  /** Callers are shown what it returns. */
  showResults?: boolean;
}

/** What a file in `tools/` exports by default; `docs/tools.md` explains it. */
export function tool<Input extends z.core.$ZodType>(definition: ToolDefinition<Input>): ToolFile {
  return new ToolFile(definition as unknown as ToolDefinition);
}

/** Tells what `tool` made from whatever else a file may export. */
export class ToolFile {
  readonly definition: ToolDefinition;

  constructor(definition: ToolDefinition) {
    this.definition = definition;
  }
}
