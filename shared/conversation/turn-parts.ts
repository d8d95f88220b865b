import type { Assistant } from './assistant.ts';
import type { Model } from './ports/model.ts';
import type { RecordKeeper } from './ports/record-keeper.ts';
import type { SessionStore } from './ports/session-store.ts';
import type { Toolbox } from './ports/toolbox.ts';
import type { TurnObserver } from './ports/turn-observer.ts';
import type { Prompts } from './prompts.ts';
import type { RunningTurns } from './running-turns.ts';

/** All that turns ask of the world, and the bounds that they keep. */
export interface TurnParts {
  store: SessionStore;
  audit: RecordKeeper;
  telemetry: TurnObserver;
  model: Model;
  /** Asked for summaries and titles, once each: beside an answer, or in place of one. */
  summarizer: Model;
  prompts: Prompts;
  toolbox: Toolbox;
  /** By name; `DEFAULT_ASSISTANT` is among them. */
  assistants: ReadonlyMap<string, Assistant>;
  running: RunningTurns;
  leaseMs: number;
  deadlineMs: number;
  newId: () => string;
  /** Tells whoever runs the service what somebody has to look at, in one line without text of callers or models. */
  complain: (complaint: string) => void;
  /** Milliseconds since 1970. */
  now: () => number;
}
