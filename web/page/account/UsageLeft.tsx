import { useStrings } from '../languages/strings.ts';
import type { Allowance } from './allowances.ts';
import { clockTime, percent } from './figures.ts';

const NAMES = { day: 'usageToday', minute: 'usageThisMinute', requests: 'messagesThisMinute' } as const;

/** How much is left of each limit. */
export function UsageLeft({ allowances }: { allowances: readonly Allowance[] }) {
  const say = useStrings();
  return (
    <div className="parley-usage-left">
      <h2>{say('usageLeft')}</h2>
      {allowances.map(({ of, left, resetsAt }) => (
        <p key={of}>
          <span>{say(NAMES[of])}</span>
          <span>{percent(left, say.locale)}</span>
          <meter aria-label={say(NAMES[of])} min={0} max={1} low={0.3} value={left} />
          {of === 'day' && <small>{say('resetsAt', { time: clockTime(resetsAt, say.locale) })}</small>}
        </p>
      ))}
    </div>
  );
}
