import { useStrings } from '../languages/strings.ts';
import { type Allowance, lowOf } from './allowances.ts';
import { clockTime, percent } from './figures.ts';

/** Says that little is left of a limit, before the service refuses a message for it. */
export function UsageLow({ allowances }: { allowances: readonly Allowance[] }) {
  const say = useStrings();
  const low = lowOf(allowances);
  const told = low && {
    percent: percent(low.left, say.locale),
    time: clockTime(low.resetsAt, say.locale),
  };
  return (
    <p role="status" className="parley-usage-low">
      {told && say(low.of === 'day' ? 'lowToday' : 'lowThisMinute', told)}
    </p>
  );
}
