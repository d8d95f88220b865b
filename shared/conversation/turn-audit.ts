import { createHash } from 'node:crypto';
import type { Assistant } from './assistant.ts';
import type { TurnFinished } from './events.ts';
import { codeOf, Failure } from './failure.ts';
import type { TurnRecord } from './ports/audit-record.ts';
import type { JournaledCall } from './ports/journal.ts';
import type { Model } from './ports/model.ts';
import type { RecordKeeper } from './ports/record-keeper.ts';
import type { ObservedCall, ObservedRound, TurnObserver } from './ports/turn-observer.ts';
import type { TurnClaim } from './ports/turn-steps.ts';
import { reasonOf } from './reason.ts';
import type { InDoubt } from './steps/in-doubt.ts';

interface AuditParts {
  audit: RecordKeeper;
  telemetry: TurnObserver;
  model: Model;
  /** Tells whoever runs the service what somebody has to look at, in one line without text of callers or models. */
  complain: (complaint: string) => void;
}

/**
 * What a turn that has begun tells the audit log, that it is about to be stored or that it ended without that, and
 * what it tells telemetry once it is over; and of each call of a tool that it is about to be made.
 */
export class TurnAudit {
  /** When the first token was said, on the clock of `performance.now()`. */
  firstTokenAt: number | undefined;
  /** What the model is paid for, once that is known. */
  spentTokens = 0;
  readonly #audit: RecordKeeper;
  readonly #telemetry: TurnObserver;
  readonly #complain: (complaint: string) => void;
  readonly #traceparent: string | undefined;
  readonly #began = Date.now();
  readonly #rounds: ObservedRound[] = [];
  readonly #calls: ObservedCall[] = [];
  #answered: TurnRecord | undefined;
  readonly #begun: TurnRecord;
  /** None where the caller approves. */
  readonly #message: string | undefined;
  readonly #startedAt = performance.now();

  constructor(
    { audit, telemetry, model, complain }: AuditParts,
    { owner, sessionId, turnId }: TurnClaim,
    { requestId, traceparent, message }: { requestId: string; traceparent: string | undefined; message: string },
    assistant: Assistant,
  ) {
    this.#audit = audit;
    this.#telemetry = telemetry;
    this.#complain = complain;
    this.#traceparent = traceparent;
    this.#message = message || undefined;
    this.#begun = {
      ...nothing,
      outcome: 'failed',
      owner,
      request_id: requestId,
      session_id: sessionId,
      turn_id: turnId,
      assistant: assistant.name,
      prompt_version: promptVersion(assistant),
      model: model.name,
    };
  }

  /**
   * Keeps the record of a turn that is about to be stored.
   *
   * @param content what the model said
   * @param model the name of the model that said it, where it told that
   * @throws {Failure} `store-unavailable` where a record is required, and was not kept in time: the turn must not be
   *   stored.
   */
  async answered(
    { content, model }: { content: string; model: string | undefined },
    finished: TurnFinished,
    withinMs: number,
  ): Promise<void> {
    const record: TurnRecord = { ...this.#record(finished), outcome: 'answered', ...(model && { model }) };
    this.#answered = record;
    await this.#audit.keep(record, { message: this.#message, answer: content }, withinMs);
  }

  /**
   * Keeps the record of a call that is about to be made.
   *
   * @throws {Failure} `store-unavailable` where a record is required, and was not kept in time: the call must not be made.
   */
  calling({ step, tool, arguments: written }: JournaledCall, idempotencyKey: string, withinMs: number): Promise<void> {
    return this.#audit.keep(
      { event: 'tool-call', ...this.#about, tool, step, idempotency_key: idempotencyKey },
      { arguments: written },
      withinMs,
    );
  }

  /** The model is asked. What comes of it is to be set in what is returned. */
  asking(): ObservedRound {
    const now = Date.now();
    const round: ObservedRound = { startedAt: now, endedAt: now };
    this.#rounds.push(round);
    return round;
  }

  called({ tool, step }: JournaledCall, outcome: ObservedCall['outcome'], startedAt: number): void {
    this.#calls.push({ tool, step, outcome, startedAt, endedAt: Date.now() });
  }

  /** Somebody has to look: nobody knows whether the tool did its work. It is told whether or not records are kept. */
  doubted(doubt: InDoubt): void {
    const { tool, step } = doubt.call;
    this.called(doubt.call, 'in-doubt', Date.now());
    const what = JSON.stringify({ ...this.#about, tool, step, why: reasonOf(doubt) });
    this.#complain(`A tool call is in doubt: ${what}`);
  }

  /** Where nothing was stored, records that the turn ended so; also where its other record said that it would be. */
  ended(ending: TurnFinished | Failure, stored: boolean): void {
    const record = (stored && this.#answered) || this.#record(ending);
    if (!stored) this.#audit.note(record, { message: this.#message });
    this.#telemetry.observe({
      record,
      startedAt: this.#began,
      endedAt: Date.now(),
      rounds: this.#rounds,
      calls: this.#calls,
      traceparent: this.#traceparent,
    });
  }

  get #about() {
    const { owner, request_id, session_id, turn_id, assistant } = this.#begun;
    return { owner, request_id, session_id: session_id ?? '', turn_id: turn_id ?? '', assistant: assistant ?? '' };
  }

  #record(ending: TurnFinished | Failure): TurnRecord {
    const since = (time: number) => Math.round(time - this.#startedAt);
    return {
      ...this.#begun,
      first_token_ms: this.firstTokenAt === undefined ? null : since(this.firstTokenAt),
      total_ms: since(performance.now()),
      spent_tokens: this.spentTokens,
      ...(ending instanceof Failure
        ? { failure: ending.code, filter: ending.filter ?? null }
        : {
            outcome: 'stopped' as const,
            finish_reason: ending.finish_reason,
            usage: ending.usage,
            context: ending.context,
          }),
    };
  }
}

/** The record of a turn that was refused before it began. */
export function refusedTurn(
  asked: { owner: string; requestId: string },
  named: { sessionId: string | undefined; assistant: string | undefined },
  error: unknown,
): TurnRecord {
  return {
    ...nothing,
    outcome: 'refused',
    owner: asked.owner,
    request_id: asked.requestId,
    session_id: named.sessionId ?? null,
    assistant: named.assistant ?? null,
    failure: codeOf(error),
  };
}

const versions = new WeakMap<Assistant, string>();

/** Which prompt an assistant had: the start of its SHA-256, which is taken once. */
export function promptVersion(assistant: Assistant): string {
  const known = versions.get(assistant);
  if (known !== undefined) return known;
  const version = createHash('sha256').update(assistant.systemPrompt).digest('hex').slice(0, 16);
  versions.set(assistant, version);
  return version;
}

const nothing = {
  event: 'turn',
  session_id: null,
  turn_id: null,
  assistant: null,
  prompt_version: null,
  model: null,
  finish_reason: null,
  failure: null,
  filter: null,
  usage: null,
  spent_tokens: null,
  context: null,
  first_token_ms: null,
  total_ms: null,
} as const;
