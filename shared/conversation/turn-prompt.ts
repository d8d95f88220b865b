import type { Assistant } from './assistant.ts';
import type { Item, Output } from './ports/stored.ts';
import type { TokenCount } from './ports/token-counter.ts';
import type { Tool, Toolbox, ToolCaller } from './ports/toolbox.ts';
import type { BeginResult } from './ports/turn-steps.ts';
import type { Prompt } from './prompt.ts';
import type { Prompts } from './prompts.ts';
import type { Callable } from './steps/plan-calls.ts';
import { type LeftOpen, openSteps, settledCalls, settledRound, settledSteps } from './steps/settled-steps.ts';
import type { TurnRequest } from './turn-request.ts';

interface PromptSources {
  prompts: Prompts;
  toolbox: Toolbox;
}

/** What a turn begins with. */
export interface TurnPrompt {
  built: Prompt;
  callable: Callable;
  left: LeftOpen;
  /** As they are stored. */
  brought: readonly Item[];
  outputs: readonly Output[];
}

/** What an assistant may call of its own. */
export function ownTools(
  { toolbox }: Pick<PromptSources, 'toolbox'>,
  { name }: Assistant,
  caller: ToolCaller,
): Promise<ReadonlyMap<string, Tool>> {
  return toolbox.toolsOf(name, caller);
}

/**
 * The prompt of a turn's first round. A summary in place of an answer calls nothing, and settles nothing.
 *
 * @param brought between the turns and with this one
 */
export async function turnPrompt(
  parts: PromptSources,
  request: TurnRequest,
  begun: Extract<BeginResult, { outcome: 'begun' }>,
  assistant: Assistant,
  caller: ToolCaller,
  measured: TokenCount,
  brought: readonly Item[],
): Promise<TurnPrompt> {
  const { prompts } = parts;
  const { message, approve = [], instructions, functions: given = [], isSingleCall: isSingle } = request;
  // Others are sent again.
  const outputs = (request.outputs ?? []).filter(({ id }) => begun.open.some((step) => step.id === id));
  const isAnswer = request.purpose === undefined;
  const own = isAnswer ? await ownTools(parts, assistant, caller) : new Map<string, Tool>();
  // A name that came to be a tool's since the request was read stays that.
  const functions = new Map(given.filter(({ name }) => !own.has(name)).map((each) => [each.name, each]));
  const said = { message, measured, instructions, isWhole: !isAnswer, tools: [...functions.values()] };
  const ends = message === '' ? endingCalls(brought, request.brought?.length ?? 0) : [];
  const asked = { ...said, brought: brought.slice(0, brought.length - ends.length) };
  const steps = isAnswer ? openSteps(begun.window) : [];

  let [last, told] = [ends, outputs];
  if (ends.length + outputs.length > 0) {
    const { built } = await prompts.buildWith(assistant, begun, asked, own);
    const most = prompts.resultTokens(built, ends.length + outputs.length);
    last = await prompts.counted(await Promise.all(ends.map((item) => cutCall(prompts, item, most))));
    told = await Promise.all(outputs.map((each) => cutOutput(prompts, each, most)));
  }
  const settlement = { steps, open: begun.open, approvals: approve, outputs: told };
  const before = message === '' ? [] : settledSteps(settlement);
  const { built, tools } = await prompts.buildWith(
    assistant,
    begun,
    { ...asked, last, settled: settledRound(before) },
    own,
  );
  const left = { calls: message === '' ? settledCalls(settlement, tools) : [], before };
  return { built, callable: { tools, functions, isSingle }, left, brought: [...asked.brought, ...last], outputs: told };
}

/** The calls at the end of what the caller brought, of so many items that came with the turn. */
function endingCalls(brought: readonly Item[], count: number): readonly Item[] {
  const own = brought.slice(brought.length - count);
  return own.slice(own.findLastIndex(({ call }) => call === undefined) + 1);
}

async function cutCall(prompts: Prompts, { tokens: _, ...item }: Item, most: number): Promise<Item> {
  return { ...item, content: await prompts.cut(item.content, most) };
}

async function cutOutput(prompts: Prompts, { id, output }: Output, most: number): Promise<Output> {
  return { id, output: await prompts.cut(output, most) };
}
