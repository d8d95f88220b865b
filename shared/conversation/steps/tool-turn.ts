import type { HeldLease } from '../held-lease.ts';
import type { OfferedTools } from '../ports/model.ts';
import type { ToolCaller } from '../ports/toolbox.ts';
import type { TurnClaim } from '../ports/turn-steps.ts';
import type { Prompts } from '../prompts.ts';
import type { TurnAudit } from '../turn-audit.ts';
import type { Callable } from './plan-calls.ts';

/** A turn, as far as its tools have to know it. */
export interface ToolTurn {
  claim: TurnClaim;
  lease: HeldLease;
  audit: TurnAudit;
  prompts: Prompts;
  callable: Callable;
  /** What the caller wants of the first round: that the model calls, or with `none` that it does not. */
  choice: OfferedTools['choice'] | 'none';
  caller: ToolCaller;
  /** A call that has to be on record waits so long for it. */
  recordMs: number;
}
