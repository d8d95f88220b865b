import type { OfferedTool } from './model.ts';
import type { Source } from './source.ts';

/** A call that nobody wants any more has so long to say what came of it. */
export const GRACE_MS = 2000;

/** What stands for a server where tools that belong to none are told. */
export const OWN_LABEL = 'parley';

/** The tools that assistants have. A turn sees to it that each call is made once; here it is known how. */
export interface Toolbox {
  /**
   * What an assistant may call, by the name that the model knows it by, in an order that stays. A server that is away has
   * none for now: it is waited for some seconds at most, and nothing is thrown.
   *
   * @param caller whose tools they are, where a server asks who wants to know
   */
  toolsOf(assistant: string, caller: ToolCaller): Promise<ReadonlyMap<string, Tool>>;
}

export interface Tool {
  /** As everybody but the model knows it: `clock`, `orders/search`. */
  name: string;
  offered: OfferedTool;
  /** A call that may have been made can be made again, under the same key. */
  isRepeatable: boolean;
  /** It is called only after the caller has said yes. */
  needsApproval: boolean;
  /** What it returns is shown to the caller. */
  showsResults: boolean;
  /** Looks at what the model wrote, without calling anything. */
  check(written: string): CheckedArguments;
  /**
   * @returns what came of the call, an error of the tool included
   * @throws whatever it is: nobody knows whether the tool has done it, as after a connection that broke, or no answer in time
   */
  call(input: unknown, context: ToolContext): Promise<ToolResult>;
}

/** `problem`: why the tool is not called with them, in words for the model. */
export type CheckedArguments = { input: unknown; problem?: never } | { problem: string; input?: never };

export interface ToolContext {
  /** Aborted where nobody wants it any more: what is under way has 2 s to say what came of it. */
  signal: AbortSignal;
  /** The same whenever the same step of the same turn is made again. */
  idempotencyKey: string;
  caller: ToolCaller;
}

/** On whose behalf a tool is called. */
export interface ToolCaller {
  /** As the owner of its sessions is known. */
  id: string;
  /** What the caller has proved its identity with, where that can be passed on. It never reaches a log, a record or another caller. */
  token?: string | undefined;
}

export interface ToolResult {
  status: 'ok' | 'error';
  /** Data, whatever it says; as long as the tool made it. */
  text: string;
  /** Where it found that. */
  sources?: readonly Source[] | undefined;
}
