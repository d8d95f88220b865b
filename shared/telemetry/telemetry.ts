import type {
  ObservedAside,
  ObservedFeedback,
  ObservedTurn,
  TurnObserver,
} from '../conversation/ports/turn-observer.ts';
import { reasonOf } from '../conversation/reason.ts';

/** Where turns are told to: loaded at the first one that is over, so never on a cold request's path. */
export interface TurnExporter {
  export(turn: ObservedTurn): void;
  exportAside(aside: ObservedAside): void;
  exportFeedback(feedback: ObservedFeedback): void;
  flush(): Promise<void>;
}

/** Turns, what was asked beside them and ratings, that wait while the exporter is loaded; more are not kept. */
const MOST_WAITING = 1000;

/** Spans and metrics of turns, made when a turn is over, from its own times. */
export class Telemetry implements TurnObserver {
  readonly #load: (() => Promise<TurnExporter>) | undefined;
  #loading: Promise<TurnExporter | undefined> | undefined;
  #exporter: TurnExporter | undefined;
  #waiting: ((exporter: TurnExporter) => void)[] = [];

  /** @param load absent: nothing is told to anybody */
  constructor(load: (() => Promise<TurnExporter>) | undefined, complain: (complaint: string) => void = console.error) {
    this.#load =
      load &&
      (() =>
        load().catch((error: unknown) => {
          complain(`Telemetry cannot be exported: ${reasonOf(error)}`);
          return { export: () => {}, exportAside: () => {}, exportFeedback: () => {}, flush: async () => {} };
        }));
  }

  observe(turn: ObservedTurn): void {
    this.#tell((exporter) => exporter.export(turn));
  }

  observeAside(aside: ObservedAside): void {
    this.#tell((exporter) => exporter.exportAside(aside));
  }

  observeFeedback(feedback: ObservedFeedback): void {
    this.#tell((exporter) => exporter.exportFeedback(feedback));
  }

  #tell(tell: (exporter: TurnExporter) => void): void {
    if (this.#load === undefined) return;
    if (this.#exporter !== undefined) tell(this.#exporter);
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(tell);
    this.#loading ??= this.#load().then((exporter) => {
      this.#exporter = exporter;
      for (const each of this.#waiting.splice(0)) each(exporter);
      return exporter;
    });
  }

  async flush(): Promise<void> {
    await (await this.#loading)?.flush();
  }
}
