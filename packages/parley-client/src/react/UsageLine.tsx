import type { Context, Usage } from '../client/turn-events.ts';
import { useStrings } from './strings.ts';

const counted = new Intl.NumberFormat();

/** How large the latest turn was, and how much of the conversation the model still sees. */
export function UsageLine({ usage, context }: { usage: Usage | undefined; context: Context | undefined }) {
  const say = useStrings();
  if (usage === undefined || context === undefined) return <p className="parley-usage" />;
  const parts = [
    say('answerTokens', { tokens: counted.format(usage.completion_tokens) }),
    say('contextTokens', {
      tokens: counted.format(context.prompt_tokens),
      limit: counted.format(context.max_prompt_tokens),
    }),
    ...(context.dropped_messages > 0
      ? [say('droppedMessages', { count: counted.format(context.dropped_messages) })]
      : []),
  ];
  return <p className="parley-usage">{parts.join(' · ')}</p>;
}
