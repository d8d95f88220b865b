import * as z from 'zod/mini';
import { tool } from '../shared/tools/tool.ts';

export default tool({
  description: 'Tells what time it is: date, weekday and time of day, in any time zone of the world.',
  input: z.object({
    time_zone: z._default(z.string().check(z.describe('IANA name of a time zone, such as Europe/Berlin')), 'UTC'),
  }),
  readOnly: true,
  showResults: true,
  run({ time_zone }) {
    return timeIn(time_zone, new Date());
  },
});

/** @throws {Error} where the time zone is not known, in words for the model */
function timeIn(timeZone: string, now: Date): string {
  try {
    const told = new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'full', timeStyle: 'long' });
    return `${told.format(now)} (${timeZone})`;
  } catch {
    throw new Error(`There is no time zone ${timeZone}. IANA names are known, such as Europe/Berlin or UTC.`);
  }
}
