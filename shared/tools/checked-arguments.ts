import type { CheckedArguments } from '../conversation/ports/toolbox.ts';

/** Says what is wrong with arguments, in words for the model, or what the tool gets. */
export type Check = (given: object) => CheckedArguments;

/** Reads what the model wrote. Models write nothing at all where a tool needs no arguments. */
export function checkedArguments(written: string, check: Check): CheckedArguments {
  let given: unknown;
  try {
    given = JSON.parse(written.trim() || '{}');
  } catch {
    return { problem: 'The arguments are not valid JSON.' };
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return { problem: 'The arguments must be a JSON object.' };
  }
  return check(given);
}
