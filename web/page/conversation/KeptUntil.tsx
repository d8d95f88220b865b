import { clockTime } from '../account/figures.ts';
import { useStrings } from '../languages/strings.ts';

interface KeptUntilProps {
  /** ISO 8601. */
  expires: string;
}

/** For how long the conversation that is shown is kept, if nothing more is said in it. */
export function KeptUntil({ expires }: KeptUntilProps) {
  const say = useStrings();
  return <span className="parley-kept-until">{say('keptUntil', { time: told(new Date(expires), say.locale) })}</span>;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Within a day the time says it all. */
function told(end: Date, locale: string): string {
  if (end.getTime() - Date.now() < DAY_MS) return clockTime(end, locale);
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(end);
}
