import type { Assistant } from './assistant.ts';
import type { Item } from './ports/stored.ts';
import type { TokenCount } from './ports/token-counter.ts';
import type { Tool, Toolbox, ToolCaller } from './ports/toolbox.ts';
import type { BeginResult } from './ports/turn-steps.ts';
import type { Prompt } from './prompt.ts';
import type { Prompts } from './prompts.ts';
import { openSteps, rejectedRound, rejectedSteps } from './steps/decided-calls.ts';
import type { LeftOpen } from './steps/rounds.ts';
import type { TurnRequest } from './turn-request.ts';

interface PromptSources {
  prompts: Prompts;
  toolbox: Toolbox;
}

/** What a turn begins with. */
export interface TurnPrompt {
  built: Prompt;
  /** What the model may call. */
  tools: ReadonlyMap<string, Tool>;
  left: LeftOpen;
}

/**
 * The prompt of a turn's first round. A summary in place of an answer calls nothing, and decides on nothing.
 *
 * @param brought between the turns and with this one
 */
export async function turnPrompt(
  { prompts, toolbox }: PromptSources,
  { message, approve, instructions, purpose }: TurnRequest,
  begun: Extract<BeginResult, { outcome: 'begun' }>,
  assistant: Assistant,
  caller: ToolCaller,
  measured: TokenCount,
  brought: readonly Item[],
): Promise<TurnPrompt> {
  const isAnswer = purpose === undefined;
  const steps = isAnswer ? openSteps(begun.window) : [];
  const rejected = approve === undefined ? rejectedSteps(steps, begun.open) : [];
  const said = { message, measured, isApproval: approve !== undefined, rejected: rejectedRound(rejected) };
  const asked = { ...said, instructions, brought, isWhole: !isAnswer };
  const offered = isAnswer ? await toolbox.toolsOf(assistant.name, caller) : new Map<string, Tool>();
  return {
    ...(await prompts.buildWith(assistant, begun, asked, offered)),
    left: { steps, approvals: approve, rejected },
  };
}
