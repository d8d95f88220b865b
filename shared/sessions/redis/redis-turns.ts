import type { TurnFailed, TurnFinished } from '../../conversation/events.ts';
import type { Limits } from '../../conversation/limits.ts';
import { hasEnding, isFiltered, type Replay } from '../../conversation/ports/replay.ts';
import {
  type BeginRequest,
  type BeginResult,
  type Commit,
  EPHEMERAL_REPLAY_SECONDS,
  type Idempotency,
  type LateSummary,
  type SessionRules,
  type TokenBlocks,
  type TurnClaim,
} from '../../conversation/ports/session-store.ts';
import type { RedisConnection } from './redis-connection.ts';
import { readBegun } from './redis-replies.ts';
import { RedisScripts } from './redis-scripts.ts';
import { sessionKeys } from './session-keys.ts';

/** The steps of turns in Redis, of which a `SessionStore` consists beside what it keeps. */
export class RedisTurns {
  protected readonly connection: RedisConnection;
  protected readonly scripts: RedisScripts;
  protected readonly limits: Limits;

  constructor(connection: RedisConnection, rules: SessionRules) {
    this.connection = connection;
    this.scripts = new RedisScripts(connection, rules);
    this.limits = rules.limits;
  }

  async begin(request: BeginRequest): Promise<BeginResult> {
    const keys = sessionKeys(request.owner);
    const named = request.sessionId ?? request.newSessionId;
    const fresh = request.newSessionId;
    const { cuts } = this.connection;
    const reply = await this.scripts.run(
      'beginTurn',
      [
        keys.session(named),
        keys.messages(named),
        keys.lease(named),
        keys.running(named),
        keys.replay(named),
        keys.turns(named),
        keys.messages(fresh),
        keys.lease(fresh),
        keys.running(fresh),
        keys.turns(fresh),
        keys.rate,
        keys.tokens,
        keys.reservations,
        keys.begun,
        keys.index,
        ...recordKey(request),
      ],
      {
        turn: request.turnId,
        named,
        fresh,
        must_exist: request.mustExist ?? false,
        after: request.after === null ? '' : (request.after ?? null),
        fork: request.fork ?? 'no',
        ephemeral: request.isEphemeral ?? false,
        assistant: request.assistant ?? null,
        default_assistant: request.defaultAssistant,
        offers: Object.fromEntries(request.offers),
        message_tokens: request.messageTokens,
        brought_tokens: request.broughtTokens ?? 0,
        output_tokens: request.outputTokens ?? null,
        asked_at: request.askedAt,
        key: request.idempotency?.key ?? null,
        ...recordOf(request.idempotency),
        ...replayOf(request),
        limits: this.limits,
      },
      [request.echo ?? null],
    );
    const begun = readBegun(reply as string[], named);
    // Who is told of a turn that is stored takes it for stored.
    if (begun.outcome === 'repeated' && begun.isStored) await this.connection.replicated(keys.replicated, cuts);
    return begun;
  }

  async extend(claim: TurnClaim, said: TokenBlocks) {
    const keys = sessionKeys(claim.owner);
    const id = claim.sessionId;
    const reply = await this.scripts.run(
      'extendTurn',
      [
        keys.session(id),
        keys.messages(id),
        keys.lease(id),
        keys.running(id),
        keys.replay(id),
        keys.turns(id),
        keys.reservations,
        keys.index,
        ...recordKey(claim),
      ],
      {
        turn: claim.turnId,
        session: id,
        reserved: claim.reserved,
        summary_reserved: claim.summaryReserved ?? 0,
        ...replayOf(claim),
        ...firstOf(said),
      },
      blocksOf(said),
    );
    const [held, stop] = reply as [number, number];
    return { held: held === 1, stop: stop === 1 };
  }

  async commit(claim: TurnClaim, turn: Commit) {
    const keys = sessionKeys(claim.owner);
    const id = claim.sessionId;
    const { cuts } = this.connection;
    const reply = await this.scripts.run(
      'commitTurn',
      [
        keys.session(id),
        keys.messages(id),
        keys.lease(id),
        keys.running(id),
        keys.replay(id),
        keys.index,
        keys.tokens,
        keys.reservations,
        keys.turns(id),
        ...recordKey(claim),
      ],
      {
        turn: claim.turnId,
        session: id,
        is_first: claim.isFirst,
        forked_from: claim.forkedFrom === undefined ? null : JSON.stringify(claim.forkedFrom),
        at: turn.position,
        assistant: turn.assistant,
        title: turn.title,
        window_start: turn.windowStart,
        window_tokens: turn.windowTokens,
        turn_tokens: turn.turnTokens,
        summaries: turn.summaries === undefined ? null : JSON.stringify(turn.summaries),
        summary: turn.summary === undefined ? null : { reserved: claim.summaryReserved ?? 0, ...turn.summary },
        reserved: claim.reserved,
        spent: turn.spent,
        ...recordOf(claim.idempotency),
        ...firstOf(turn.unsent),
      },
      [turn.user, turn.answer, turn.finished, ...blocksOf(turn.unsent)],
    );
    if (reply === 'committed') await this.connection.replicated(keys.replicated, cuts);
    return reply as 'committed' | 'lost';
  }

  async abandon(
    claim: TurnClaim,
    ending: TurnFailed | TurnFinished,
    unsent: TokenBlocks,
    spent: number,
    summarySpent = 0,
  ): Promise<void> {
    const keys = sessionKeys(claim.owner);
    const id = claim.sessionId;
    const filtered = isFiltered(ending);
    const blocks = blocksOf(unsent);
    await this.scripts.run(
      'abandonTurn',
      [
        keys.session(id),
        keys.messages(id),
        keys.lease(id),
        keys.running(id),
        keys.turns(id),
        keys.reservations,
        keys.tokens,
        ...recordKey(claim),
      ],
      {
        turn: claim.turnId,
        reserved: claim.reserved,
        spent,
        summary_reserved: claim.summaryReserved ?? 0,
        summary_spent: summarySpent,
        is_first: claim.isFirst,
        ...firstOf(unsent),
        filtered,
        ...replayOf(claim),
      },
      [ending, ...(filtered ? blocks.map(({ length }) => length) : blocks)],
    );
  }

  async storeSummary(claim: TurnClaim, late: LateSummary): Promise<'stored' | 'lost'> {
    const keys = sessionKeys(claim.owner);
    const stored = await this.scripts.run(
      'storeSummary',
      [keys.session(claim.sessionId), keys.reservations, keys.tokens],
      {
        turn: claim.turnId,
        reserved: claim.summaryReserved ?? 0,
        spent: late.spent,
        window_was: late.windowWas,
        window_start: late.windowStart,
        saved_tokens: late.savedTokens,
        summaries: late.summaries === undefined ? null : JSON.stringify(late.summaries),
      },
    );
    return stored === 1 ? 'stored' : 'lost';
  }

  async stop(owner: string, sessionId: string, turnId?: string): Promise<boolean> {
    const { lease } = sessionKeys(owner);
    return (await this.scripts.run('stopTurn', [lease(sessionId)], { turn: turnId ?? null })) === 1;
  }

  async follow(
    owner: string,
    sessionId: string,
    turnId: string | undefined,
    from: number,
  ): Promise<Replay | undefined> {
    const keys = sessionKeys(owner);
    const { cuts } = this.connection;
    const reply = (await this.scripts.run(
      'followTurn',
      [keys.lease(sessionId), keys.running(sessionId), keys.replay(sessionId)],
      { turn: turnId ?? null, from },
    )) as [string, number, number, string[]] | null;
    if (reply === null) return undefined;
    const [turn, alive, beats, blocks] = reply;
    const entries = blocks.map((json) => JSON.parse(json) as Replay['entries'][number]);
    if (hasEnding(entries)) await this.connection.replicated(keys.replicated, cuts);
    const state = alive === 1 ? 'running' : hasEnding(entries) ? 'ended' : 'lost';
    return { turnId: turn, state, beats, entries };
  }
}

function recordKey({ owner, idempotency }: Pick<TurnClaim, 'owner' | 'idempotency'>): string[] {
  return idempotency === undefined ? [] : [sessionKeys(owner).record(idempotency.key)];
}

function recordOf(idempotency: Idempotency | undefined) {
  const { fingerprint = null, implicit = null } = idempotency ?? {};
  return { fingerprint, implicit };
}

/** What a turn said that was not to be kept is not kept for as long. */
function replayOf({ isEphemeral = false }: Pick<TurnClaim, 'isEphemeral'>): { replay_ms?: number } {
  return isEphemeral ? { replay_ms: EPHEMERAL_REPLAY_SECONDS * 1000 } : {};
}

/** In Redis the turn's start stands before the blocks. */
function firstOf({ position }: TokenBlocks): { position: number } {
  return { position: position + 1 };
}

function blocksOf({ blocks }: TokenBlocks): string[][] {
  return blocks.filter((block) => block.length > 0);
}
