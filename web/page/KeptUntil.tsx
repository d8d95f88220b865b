import { useStrings } from './strings.ts';

interface KeptUntilProps {
  /** ISO 8601; nothing where it does not expire, or nobody knows. */
  expires: string | undefined;
}

/** For how long the conversation that is shown is kept, if nothing more is said in it. */
export function KeptUntil({ expires }: KeptUntilProps) {
  const say = useStrings();
  if (expires === undefined) return null;
  return <p className="parley-kept-until">{say('keptUntil', { time: told(new Date(expires), say.locale) })}</p>;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Within a day the time says it all. */
function told(end: Date, locale: string): string {
  const style =
    end.getTime() - Date.now() < DAY_MS ? ({ timeStyle: 'short' } as const) : ({ dateStyle: 'medium' } as const);
  return new Intl.DateTimeFormat(locale, style).format(end);
}
