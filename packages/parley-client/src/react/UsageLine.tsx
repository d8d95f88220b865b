import type { Context, Usage } from '../client/turn-events.ts';

const counted = new Intl.NumberFormat();

/** How large the latest turn was, and how much of the conversation the model still sees. */
export function UsageLine({ usage, context }: { usage: Usage | undefined; context: Context | undefined }) {
  if (usage === undefined || context === undefined) return <p className="parley-usage" />;
  const parts = [
    `Answer ${counted.format(usage.completion_tokens)} tokens`,
    `context ${counted.format(context.prompt_tokens)} of ${counted.format(context.max_prompt_tokens)} tokens`,
    ...(context.dropped_messages > 0
      ? [`${counted.format(context.dropped_messages)} older messages no longer seen by the model`]
      : []),
  ];
  return <p className="parley-usage">{parts.join(' · ')}</p>;
}
