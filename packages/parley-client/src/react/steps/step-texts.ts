import type { ShownStep } from '../../conversation/conversation-state.ts';
import type { Strings } from '../english.ts';

/** What is said of a step, by what came of it. */
export const stepTexts = {
  running: 'stepRunning',
  ok: 'stepDone',
  error: 'stepFailed',
  rejected: 'stepRejected',
  open: 'stepOpen',
} as const satisfies Record<ShownStep['status'], keyof Strings>;
