import { ContextGauge } from './ContextGauge.tsx';
import { usePanel } from './panel.ts';
import { fill, useSlots } from './slots.ts';

/** The line below the message field: what the app says there, and how much of the conversation the model still sees. */
export function UsageLine() {
  const { state } = usePanel();
  const { footnote } = useSlots();
  const { usage, context } = state;
  return (
    <div className="parley-usage" part="usage">
      <div className="parley-footnote">{fill(footnote, state)}</div>
      {usage && context && <ContextGauge usage={usage} context={context} />}
    </div>
  );
}
