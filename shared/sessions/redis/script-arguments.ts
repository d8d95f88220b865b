import type { Limits } from '../../conversation/limits.ts';
import { decidedSteps, type JournalEntry } from '../../conversation/ports/journal.ts';
import type { ReplayBlock } from '../../conversation/ports/replay.ts';
import { EPHEMERAL_REPLAY_SECONDS, SUMMARY_ABOVE } from '../../conversation/ports/session-store.ts';
import type { BeginRequest, Idempotency, TokenBlocks, TurnClaim } from '../../conversation/ports/turn-steps.ts';
import { SUMMARY_COSTS } from '../../conversation/summaries.ts';
import { sessionKeys } from './session-keys.ts';

/** What `begin.lua` is run with: keys, what is asked, and what it keeps as it stands. */
export function beginArguments(request: BeginRequest, named: string, limits: Limits): [string[], object, unknown[]] {
  const keys = sessionKeys(request.owner);
  const fresh = request.newSessionId;
  const touched = [
    keys.session(named),
    keys.messages(named),
    keys.lease(named),
    keys.running(named),
    keys.replay(named),
    keys.turns(named),
    keys.journal(named),
    keys.messages(fresh),
    keys.lease(fresh),
    keys.running(fresh),
    keys.turns(fresh),
    keys.journal(fresh),
    keys.rate,
    keys.tokens,
    keys.reservations,
    keys.begun,
    keys.index,
    keys.pinned,
    ...recordKey(request),
  ];
  const ask = {
    turn: request.turnId,
    named,
    fresh,
    must_exist: request.mustExist ?? false,
    after: request.after === null ? '' : (request.after ?? null),
    fork: request.fork ?? 'no',
    ephemeral: request.isEphemeral ?? false,
    temporary: request.isTemporary ?? false,
    assistant: request.assistant ?? null,
    default_assistant: request.defaultAssistant,
    offers: Object.fromEntries(request.offers),
    message_tokens: request.messageTokens,
    brought_tokens: request.broughtTokens ?? 0,
    output_tokens: request.outputTokens ?? null,
    title_tokens: request.titleTokens ?? 0,
    asked_at: request.askedAt,
    takes_over: request.takesOver ?? null,
    settles: request.settles ?? [],
    settles_outputs: request.settlesOutputs ?? false,
    only_settles: request.isOnlySettling ?? false,
    key: request.idempotency?.key ?? null,
    ...recordOf(request.idempotency),
    ...replayOf(request),
    limits,
    summary_above: SUMMARY_ABOVE,
    summary_costs: SUMMARY_COSTS,
  };
  return [touched, ask, [request.echo ?? null]];
}

/** What `extend.lua` is run with: keys, what is asked, and what it keeps as it stands. */
export function extendArguments(
  claim: TurnClaim,
  said: TokenBlocks,
  entry: number,
  entries: JournalEntry[],
): [string[], object, unknown[]] {
  const keys = sessionKeys(claim.owner);
  const {
    sessionId: session,
    turnId: turn,
    journalName = turn,
    isFirst,
    isEphemeral = false,
    isTemporary = false,
  } = claim;
  const touched = [
    keys.session(session),
    keys.messages(session),
    keys.lease(session),
    keys.running(session),
    keys.replay(session),
    keys.turns(session),
    keys.journal(session),
    keys.reservations,
    keys.index,
    keys.pinned,
    keys.begun,
    ...recordKey(claim),
  ];
  const { reserved, summaryReserved = 0, titleReserved = 0 } = claim;
  const held = { reserved, summary_reserved: summaryReserved, title_reserved: titleReserved };
  const kept = { is_first: isFirst, ephemeral: isEphemeral, temporary: isTemporary, ...recordOf(claim.idempotency) };
  const done = {
    done: entries.length,
    ...(entries.length > 0 && { journal: journalName, entry, decided: decidedSteps(entries), ...kept }),
  };
  const ask = { turn, session, ...held, ...replayOf(claim), ...firstOf(said), ...done };
  return [touched, ask, [...blocksOf(said), ...entries]];
}

export function recordKey({ owner, idempotency }: Pick<TurnClaim, 'owner' | 'idempotency'>): string[] {
  return idempotency === undefined ? [] : [sessionKeys(owner).record(idempotency.key)];
}

export function recordOf(idempotency: Idempotency | undefined) {
  const { fingerprint = null, implicit = null } = idempotency ?? {};
  return { fingerprint, implicit };
}

/** What a turn said that was not to be kept is not kept for as long. */
export function replayOf({ isEphemeral = false }: Pick<TurnClaim, 'isEphemeral'>): { replay_ms?: number } {
  return isEphemeral ? { replay_ms: EPHEMERAL_REPLAY_SECONDS * 1000 } : {};
}

/** In Redis the turn's start stands before the blocks. */
export function firstOf({ position }: TokenBlocks): { position: number } {
  return { position: position + 1 };
}

export function blocksOf({ blocks }: TokenBlocks): ReplayBlock[] {
  return blocks.filter((block) => !Array.isArray(block) || block.length > 0);
}

/** The name of the turn's journal, where it has one. */
export function journalOf({ journalName }: TurnClaim): string | null {
  return journalName ?? null;
}
