import type { HeldLease } from '../held-lease.ts';
import type { Tool, ToolCaller } from '../ports/toolbox.ts';
import type { TurnClaim } from '../ports/turn-steps.ts';
import type { Prompts } from '../prompts.ts';
import type { TurnAudit } from '../turn-audit.ts';

/** A turn, as far as its tools have to know it. */
export interface ToolTurn {
  claim: TurnClaim;
  lease: HeldLease;
  audit: TurnAudit;
  prompts: Prompts;
  /** By the name that the model knows them by. */
  tools: ReadonlyMap<string, Tool>;
  caller: ToolCaller;
  /** A call that has to be on record waits so long for it. */
  recordMs: number;
}
