import type { Echo } from './ports/echo.ts';
import type { CompletionOptions, OfferedTool, OfferedTools } from './ports/model.ts';
import type { Approval, Item, OpenStep, Output } from './ports/stored.ts';
import type { BeginRequest, BeginResult, Idempotency, TurnClaim } from './ports/turn-steps.ts';

/** What a caller asks for, validated. */
export interface TurnRequest {
  /** `X-Request-Id` of the answer. */
  requestId: string;
  /** The request's place in a trace, W3C. */
  traceparent: string | undefined;
  /** Empty where the caller approves, or brings what came of a call. */
  message: string;
  /** What it decides of calls that wait for that, in place of a message. */
  approve?: Approval[] | undefined;
  /** What came of the calls that it made itself; where that is given, of all that wait for it. */
  outputs?: Output[] | undefined;
  /** What the caller brought before the message, oldest first: kept with it. */
  brought?: Pick<Item, 'role' | 'content' | 'call'>[];
  /** The caller's own, behind the assistant's prompt, for this turn alone. */
  instructions?: string | undefined;
  /** A session to go on with; one that is unknown leads to a new one, unless it `mustExist`. */
  sessionId: string | undefined;
  mustExist?: boolean;
  /** The last turn that the caller saw, or null for none; and what to do where it is not the session's last. */
  after?: string | null | undefined;
  fork?: BeginRequest['fork'];
  /** Stores nothing, and leaves no session. */
  isEphemeral?: boolean;
  /** A session that it makes is on no list, and forgotten early. */
  isTemporary?: boolean;
  /** The model is to name a session that has no title. */
  isTitled?: boolean;
  /** What is asked for, where that is no answer: of the model that summarises, and of all that there is or of nothing. */
  purpose?: CompletionOptions['purpose'];
  /** The assistant of a new session. */
  assistant: string | undefined;
  /** Shorter than the assistant's longest answer. */
  maxOutputTokens?: number | undefined;
  /** In place of the assistant's temperature. */
  temperature?: number | undefined;
  topP?: number | undefined;
  reasoningEffort?: string | undefined;
  /** What the caller has itself for the model to call. */
  functions?: readonly OfferedTool[] | undefined;
  /** What it wants to be called first; with `none` nothing is. */
  toolChoice?: OfferedTools['choice'] | 'none';
  /** The model may call once at a time. */
  isSingleCall?: boolean | undefined;
  echo?: Echo | undefined;
  idempotency: Idempotency | undefined;
  /** What the caller has proved its identity with, for tools that act on its behalf. In no log, and no record. */
  token?: string | undefined;
}

/** Where the turn goes on. */
export function placeOf({ sessionId, mustExist, after, fork, isEphemeral, isTemporary }: TurnRequest) {
  return { sessionId, mustExist, after, fork, isEphemeral, isTemporary };
}

/** What the caller says of steps that wait for it. */
export function settlesOf({ approve = [], outputs = [] }: TurnRequest): OpenStep[] {
  return [
    ...approve.map(({ id }) => ({ id, awaits: 'approval' as const })),
    ...outputs.map(({ id }) => ({ id, awaits: 'output' as const })),
  ];
}

/** A turn that has begun, as its further steps know it. */
export function claimOf(
  own: Pick<TurnClaim, 'owner' | 'turnId' | 'idempotency'>,
  begun: Extract<BeginResult, { outcome: 'begun' }>,
  { isEphemeral }: TurnRequest,
): TurnClaim {
  const { sessionId, isFirst, forkedFrom, isTemporary, reserved, summaryReserved, titleReserved } = begun;
  const held = { reserved, summaryReserved, titleReserved };
  return {
    ...own,
    sessionId,
    isFirst,
    forkedFrom,
    isEphemeral,
    isTemporary,
    ...held,
    journalName: begun.journal?.name,
  };
}

/** What the user asked: where the caller brings all that was said before, the first of that. */
export function askedOf({ message, brought = [] }: TurnRequest): string {
  return message || (brought.find(({ role }) => role === 'user')?.content ?? '');
}

/** What the caller brought to this turn. */
export function broughtOf({ brought = [] }: TurnRequest, turnId: string): Item[] {
  return brought.map((item, place) => ({ id: `${turnId}-${place}`, ...item }));
}

/**
 * How the caller wants its answer.
 *
 * @param longest tokens of the assistant's longest answer
 */
export function wishesOf(request: TurnRequest, longest: number) {
  const { maxOutputTokens = longest, temperature, topP, reasoningEffort, purpose } = request;
  return { maxOutputTokens: Math.min(maxOutputTokens, longest), temperature, topP, reasoningEffort, purpose };
}
