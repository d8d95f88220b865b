import type { Context, Usage } from '../client/turn-events.ts';
import { usePanel } from './panel.ts';
import { useStrings } from './strings.ts';

/** How large the latest turn was, and how much of the conversation the model still sees. */
export function UsageLine() {
  const { usage, context } = usePanel().state;
  const say = useStrings();
  if (usage === undefined || context === undefined) return <p className="parley-usage" part="usage" />;
  const tokens = (count: number, { estimated }: Usage | Context) =>
    estimated ? say('aboutTokens', { tokens: count }) : count;
  const parts = [
    say('answerTokens', { count: usage.completion_tokens, tokens: tokens(usage.completion_tokens, usage) }),
    say('contextTokens', {
      tokens: tokens(context.prompt_tokens, context),
      limit: context.max_prompt_tokens,
    }),
    ...(context.dropped_messages > 0 ? [say('droppedMessages', { count: context.dropped_messages })] : []),
  ];
  return (
    <p className="parley-usage" part="usage">
      {parts.join(' · ')}
    </p>
  );
}
