import { useStrings } from './strings.ts';

/** When a message was said. @param at ISO 8601; nothing where that is not known */
export function Moment({ at }: { at: string | undefined }) {
  const { locale } = useStrings();
  if (at === undefined) return null;
  const moment = new Date(at);
  const isToday = moment.toDateString() === new Date().toDateString();
  const { time, dateAndTime } = formatsOf(locale);
  return (
    <time className="parley-moment" dateTime={at} title={dateAndTime.format(moment)}>
      {(isToday ? time : dateAndTime).format(moment)}
    </time>
  );
}

interface Formats {
  time: Intl.DateTimeFormat;
  dateAndTime: Intl.DateTimeFormat;
}

/** By their language: each takes longer to make than a message to draw. */
const made = new Map<string, Formats>();

function formatsOf(locale: string): Formats {
  const formats = made.get(locale) ?? {
    time: new Intl.DateTimeFormat(locale, { timeStyle: 'short' }),
    dateAndTime: new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }),
  };
  made.set(locale, formats);
  return formats;
}
