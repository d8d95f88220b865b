import { Failure } from '../failure.ts';
import type { JournaledCall } from '../ports/journal.ts';
import { Reason } from '../reason.ts';

/** A call of which nobody knows whether the tool did its work. */
export class InDoubt extends Reason {
  override readonly name = 'InDoubt';
  readonly call: JournaledCall;

  constructor(call: JournaledCall, why: string, cause?: unknown) {
    super(why, { cause });
    this.call = call;
  }
}

/** How a turn ends that has such calls. */
export function inDoubt(doubts: readonly InDoubt[]): Failure {
  const names = [...new Set(doubts.map(({ call }) => call.tool))];
  return new Failure('tool-in-doubt', `It is not known whether the tool did its work: ${names.join(', ')}.`);
}
