import type { AssistantMessage } from '../ports/stored.ts';
import type { TokenCount } from '../ports/token-counter.ts';
import { cutResult } from './cut-result.ts';
import { answerMessages, countMessages } from './step-messages.ts';

/** Shorter than this a result says nothing. */
const LEAST_TOKENS = 48;

/**
 * A stored answer whose results are cut, the longest most, until all of it has so many tokens; nothing where that would
 * leave too little of them.
 */
export async function cutAnswer(
  answer: AssistantMessage,
  mostTokens: number,
  count: (text: string) => Promise<TokenCount>,
): Promise<AssistantMessage | undefined> {
  const { steps = [], tokens: _, ...rest } = answer;
  const bare = { ...rest, steps: steps.map((step) => ({ ...step, result: '' })) };
  const room = mostTokens - (await countMessages(answerMessages(bare), count)).tokens;
  const sizes = await Promise.all(steps.map(async ({ result }) => (await count(result)).tokens));
  const most = shareOf(room, sizes);
  if (most < LEAST_TOKENS) return undefined;
  const cut = steps.map(async (step) => ({ ...step, result: await cutResult(step.result, most, count) }));
  return { ...rest, steps: await Promise.all(cut) };
}

/** The most that each may have, so that all together fit. */
function shareOf(room: number, sizes: readonly number[]): number {
  let left = room;
  for (const [at, size] of sizes.toSorted((one, other) => one - other).entries()) {
    const share = Math.floor(left / (sizes.length - at));
    if (size > share) return share;
    left -= size;
  }
  return Number.POSITIVE_INFINITY;
}
