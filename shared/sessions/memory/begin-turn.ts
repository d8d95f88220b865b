import type { ReplayEntry } from '../../conversation/ports/replay.ts';
import { EPHEMERAL_REPLAY_SECONDS, FAILED_REPLAY_SECONDS } from '../../conversation/ports/session-store.ts';
import type { OpenStep } from '../../conversation/ports/stored.ts';
import type { BeginRequest, BeginResult, TurnClaim } from '../../conversation/ports/turn-steps.ts';
import { journalOf, keptMsOf, leftTurn } from './journals.ts';
import type { Kept, Lease, Session } from './kept.ts';
import type { MemoryLimits } from './memory-limits.ts';
import { copyOf, openBefore, placeOf, windowBefore } from './place.ts';
import { mayBeSummarized, summaryTokensOf } from './summary-state.ts';

interface BeginParts {
  kept: Kept;
  limits: MemoryLimits;
  leaseMs: number;
  /** For how long a session is kept with a turn on it. */
  inUseMs: (claim: Pick<TurnClaim, 'isTemporary'>) => number;
  /** Milliseconds since 1970. */
  now: number;
}

/** Begins a turn, or says why not. A refusal changes nothing. */
export function beginTurn(parts: BeginParts, request: BeginRequest): BeginResult {
  const { kept, limits: accounts, now } = parts;
  const { owner, turnId, idempotency, offers, assistant: asked } = request;
  const seen = idempotency && kept.records.get(`${owner} ${idempotency.key}`);
  const isOther = seen !== undefined && seen.turnId !== turnId;
  if (isOther && idempotency?.implicit === undefined && seen.fingerprint !== idempotency?.fingerprint) {
    return { outcome: 'key-reused' };
  }
  const isFound = idempotency?.implicit === undefined || (idempotency.implicit === 'retry' && !seen?.isAmbiguous);
  const left = seen !== undefined && (!isOther || isFound) ? leftTurn(kept, request, seen) : undefined;
  if (isOther && isFound && left === undefined) {
    if (seen.doubt !== undefined) return { outcome: 'in-doubt', failed: seen.doubt };
    const { sessionId, turnId: other, isStored, journal } = seen;
    return {
      outcome: 'repeated',
      sessionId,
      turnId: other,
      isStored,
      ...(journal !== undefined && { hasCalled: true }),
    };
  }
  const isAmbiguous = isOther ? idempotency?.implicit !== 'anew' : seen?.isAmbiguous === true;
  if (asked !== undefined && !offers.has(asked)) return { outcome: 'unknown-assistant' };
  const named = request.sessionId ?? request.newSessionId;
  const leases = [named, request.newSessionId].map((id) => kept.leases.get(`${owner} ${id}`));
  const own = leases.find((lease) => lease?.turnId === turnId);
  if (own) return own.begun;

  const session = kept.sessions.get(`${owner} ${named}`);
  if (session === undefined && request.mustExist) return { outcome: leases[0] ? 'busy' : 'unknown-session' };
  const place = placeOf(request, session, leases[0]?.turnId);
  if ('outcome' in place) return place;
  // A turn that is taken over goes on where it was.
  if (place.isFork && left?.sessionId === named) return moved(session);
  const isApart = place.isFork || request.isEphemeral === true;
  if (!isApart && leases[0]) return { outcome: 'busy' };
  const open = openBefore(session, place.position);
  // A turn that is taken over may have called them.
  const unsettled = left === undefined ? whyUnsettled(request, open, session, place.position) : undefined;
  if (unsettled !== undefined) return unsettled;
  const fixed = session?.summary.assistant ?? undefined;
  if (asked !== undefined && fixed !== undefined && asked !== fixed) {
    return { outcome: 'other-assistant', assistant: fixed };
  }
  const isTemporary = session === undefined ? request.isTemporary === true : session.summary.temporary === true;
  if (request.isTemporary && !isTemporary) return { outcome: 'not-temporary' };
  const assistant = fixed ?? asked ?? request.defaultAssistant;
  const offer = offers.get(assistant);
  if (offer === undefined) return { outcome: 'unknown-assistant' };
  if (request.messageTokens > offer.room) return { outcome: 'too-long', assistant };

  const { position } = place;
  const summaries = (session?.summaries ?? []).filter(({ to }) => position === undefined || to <= position);
  const { start, tokens } =
    position === undefined || session === undefined
      ? { start: session?.windowStart ?? 0, tokens: session?.windowTokens ?? 0 }
      : windowBefore(session.messages, position, offer.room, summaries);
  const askedTokens = offer.fixed_tokens + request.messageTokens + (request.broughtTokens ?? 0);
  const promptTokens = Math.min(askedTokens + tokens, offer.fixed_tokens + offer.room);
  const outputTokens = Math.min(offer.output_tokens, request.outputTokens ?? offer.output_tokens);
  const waited = place.isFork ? undefined : session;
  const isAllowed = request.isEphemeral !== true && mayBeSummarized(waited, now);
  const summaryTokens = isAllowed ? summaryTokensOf(offer, promptTokens) : 0;
  const title = (position !== 0 && session?.summary.title) || undefined;
  const isNamed = title !== undefined || isTemporary || request.isEphemeral === true;
  const asides = { summary: summaryTokens, title: isNamed ? 0 : (request.titleTokens ?? 0) };
  const isFirst = session === undefined || isApart;
  const sessionId = isFirst ? request.newSessionId : named;
  const journal = left && journalOf(kept, `${owner} ${sessionId}`, left.journal);
  const isThere = left?.sessionId === sessionId && journal?.isFirst === isFirst;
  if (left !== undefined && !isThere) return { outcome: 'gone' };
  const admission = accounts.admit(owner, turnId, promptTokens, outputTokens, asides);
  if (admission.outcome === 'limited') return admission;

  const { reserved, limits } = admission;
  const begun = {
    outcome: 'begun',
    sessionId,
    isFirst,
    forkedFrom: place.isFork ? { session_id: named, turn_id: request.after ?? null } : undefined,
    isTemporary,
    title,
    assistant,
    brought: position === undefined ? (session?.brought ?? []) : [],
    windowStart: start,
    window: session?.messages.slice(start, position) ?? [],
    summaries,
    reserved,
    summaryReserved: admission.asides.summary,
    titleReserved: admission.asides.title,
    open,
    limits,
    ...(journal && { journal: { name: journal.name, entries: [...journal.entries] } }),
  } as const;
  const copy = place.isFork && session ? copyOf(session, position ?? 0) : undefined;
  takeLease(parts, request, begun, copy, isAmbiguous);
  journal?.turns.push(turnId);
  return begun;
}

/** Why a turn may not settle what it says. */
function whyUnsettled(
  { settles = [], settlesOutputs = false, isOnlySettling = false }: BeginRequest,
  open: readonly OpenStep[],
  session: Session | undefined,
  position = Number.POSITIVE_INFINITY,
): BeginResult | undefined {
  const isAmong = (steps: readonly OpenStep[], { id, awaits }: OpenStep) =>
    steps.some((step) => step.id === id && step.awaits === awaits);
  // The last turn's are open.
  const last = session?.messages.slice(0, position).at(-1)?.turn_id;
  const isAgain = ({ id, awaits }: OpenStep) => {
    const [turn = ''] = id.split('.');
    return awaits === 'output' && turn !== last && (session?.turns.get(turn)?.position ?? position) < position;
  };
  const mayBePassed = !isOnlySettling || settles.some((step) => isAmong(open, step));
  const wrong = settles.find((step) => !isAmong(open, step) && !(mayBePassed && isAgain(step)));
  if (wrong !== undefined) return { outcome: 'not-open', step: wrong };
  const left = open.find((step) => step.awaits === 'output' && settlesOutputs && !isAmong(settles, step));
  return left && { outcome: 'without-output', stepId: left.id };
}

function moved(session: Session | undefined): BeginResult {
  return { outcome: 'moved', lastTurnId: session?.messages.at(-1)?.turn_id ?? '' };
}

/** Takes the lease, and keeps what the turn begins with. */
function takeLease(
  { kept, leaseMs, inUseMs }: BeginParts,
  { owner, turnId, askedAt, echo, isEphemeral, idempotency }: BeginRequest,
  begun: Extract<BeginResult, { outcome: 'begun' }>,
  copy: Lease['copy'],
  isAmbiguous: boolean,
): void {
  const { sessionId, assistant } = begun;
  const place = `${owner} ${sessionId}`;
  const about = { session_id: sessionId, turn_id: turnId, assistant, asked_at: askedAt, ...(echo && { echo }) };
  const turns = journalOf(kept, place, begun.journal?.name ?? '')?.turns;
  const entries: ReplayEntry[] = [{ type: 'turn-started', ...about, ...(turns && { took_over: [...turns] }) }];
  kept.running.set(place, { turnId, entries }, leaseMs + replayMs(isEphemeral));
  if (idempotency) {
    const { key, fingerprint, implicit } = idempotency;
    const journal = begun.journal?.name;
    const record = { fingerprint, sessionId, turnId, isStored: false, isAmbiguous, journal };
    kept.records.set(`${owner} ${key}`, record, journal === undefined ? leaseMs : keptMsOf(implicit));
  }
  if (!begun.isFirst) kept.sessions.touch(place, inUseMs(begun));
  kept.leases.set(place, { turnId, begun, copy, beats: 0, stop: false }, leaseMs);
}

/** For how long it can be learned how a turn ended that is not stored. */
export function replayMs(isEphemeral = false): number {
  return (isEphemeral ? EPHEMERAL_REPLAY_SECONDS : FAILED_REPLAY_SECONDS) * 1000;
}
