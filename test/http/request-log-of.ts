import type { InvocationContext } from '@azure/functions';
import { RequestLog } from '../../shared/http/request-log.ts';

/** The log of a request `r`, whose lines go to a list. */
export function requestLogOf(lines: string[] = []): RequestLog {
  const print = (line: string) => void lines.push(line);
  const context = { invocationId: 'r', functionName: 'f', log: print, warn: print, error: print };
  return new RequestLog(context as unknown as InvocationContext);
}
