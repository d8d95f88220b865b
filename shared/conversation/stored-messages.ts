import type { TurnFinished } from './events.ts';
import type { Echo } from './ports/echo.ts';
import type { AnsweredBy, Approval, Item, Output } from './ports/stored.ts';
import type { TokenCount } from './ports/token-counter.ts';
import type { BeginResult, Commit } from './ports/turn-steps.ts';
import type { Prompt } from './prompt.ts';
import type { Spoken } from './steps/rounds.ts';

interface Asked {
  brought: Item[];
  approve: Approval[] | undefined;
  outputs: readonly Output[];
  echo: Echo | undefined;
  answeredBy: AnsweredBy;
}

/** The turn's two messages, as they are stored. */
export function messagesOf(
  turnId: string,
  begun: Extract<BeginResult, { outcome: 'begun' }>,
  { brought, approve, outputs, echo, answeredBy }: Asked,
  prompt: Prompt,
  spoken: Spoken,
  count: TokenCount,
  { finish_reason, usage, context, sources, finished_at }: TurnFinished,
  askedAt: number,
): Pick<Commit, 'position' | 'user' | 'answer'> {
  const position = begun.windowStart + begun.window.length;
  return {
    position,
    user: {
      id: `${turnId}-${position}`,
      role: 'user',
      content: prompt.message,
      timestamp: new Date(askedAt).toISOString(),
      turn_id: turnId,
      ...exactly(prompt.messageCount),
      ...(approve && { approve }),
      ...(outputs.length > 0 && { outputs: outputs.map(({ id }) => id) }),
      ...(brought.length > 0 && { items: brought }),
      ...(echo && { echo }),
    },
    answer: {
      id: `${turnId}-${position + 1}`,
      role: 'assistant',
      content: spoken.content,
      timestamp: new Date(finished_at ?? askedAt).toISOString(),
      turn_id: turnId,
      ...exactly(count),
      finish_reason,
      usage,
      context,
      ...(sources && { sources }),
      ...(spoken.steps.length > 0 && { steps: spoken.steps }),
      ...(spoken.lastPromptTokens !== undefined && { last_prompt_tokens: spoken.lastPromptTokens }),
      answered_by: answeredBy,
    },
  };
}

/** Only exact counts are stored; a mere bound is counted again when it is needed. */
function exactly({ tokens, exact }: TokenCount): { tokens?: number } {
  return exact ? { tokens } : {};
}
