import type { TurnFailed, TurnFinished } from '../../conversation/events.ts';
import type { Limits } from '../../conversation/limits.ts';
import type { JournalPart } from '../../conversation/ports/journal.ts';
import { hasEnding, isFiltered, type Replay, withheld } from '../../conversation/ports/replay.ts';
import type { SessionRules } from '../../conversation/ports/session-store.ts';
import type {
  AsideCosts,
  BeginRequest,
  BeginResult,
  Commit,
  TokenBlocks,
  TurnClaim,
} from '../../conversation/ports/turn-steps.ts';
import type { RedisConnection } from './redis-connection.ts';
import { readBegun } from './redis-replies.ts';
import { RedisScripts } from './redis-scripts.ts';
import {
  beginArguments,
  blocksOf,
  extendArguments,
  firstOf,
  journalOf,
  recordKey,
  recordOf,
  replayOf,
} from './script-arguments.ts';
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
    const { cuts } = this.connection;
    const named = request.sessionId ?? request.newSessionId;
    const reply = await this.scripts.run('beginTurn', ...beginArguments(request, named, this.limits));
    const begun = readBegun(reply as string[], named);
    // Who is told of a turn that is stored takes it for stored.
    if (begun.outcome === 'repeated' && begun.isStored) {
      await this.connection.replicated(sessionKeys(request.owner).replicated, cuts);
    }
    return begun;
  }

  async extend(claim: TurnClaim, said: TokenBlocks, done?: JournalPart) {
    const keys = sessionKeys(claim.owner);
    const { cuts } = this.connection;
    const entries = done?.entries ?? [];
    const reply = await this.scripts.run('extendTurn', ...extendArguments(claim, said, done?.position ?? 0, entries));
    const [held, stop] = reply as [number, number];
    // A call goes out on this: its journal has to outlive the server that was told of it.
    if (entries.length > 0 && held === 1) await this.connection.replicated(keys.replicated, cuts);
    return { held: held === 1, stop: stop === 1 };
  }

  async reserve(claim: TurnClaim, tokens: number): Promise<'reserved' | 'refused'> {
    const keys = sessionKeys(claim.owner);
    const { turnId: turn, reserved } = claim;
    const touched = [keys.lease(claim.sessionId), keys.tokens, keys.reservations];
    const ask = { turn, reserved, wanted: tokens, limits: this.limits };
    return (await this.scripts.run('reserveTokens', touched, ask)) === 1 ? 'reserved' : 'refused';
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
        keys.turns(id),
        keys.journal(id),
        keys.index,
        keys.pinned,
        keys.tokens,
        keys.reservations,
        ...recordKey(claim),
      ],
      {
        turn: claim.turnId,
        session: id,
        is_first: claim.isFirst,
        forked_from: claim.forkedFrom === undefined ? null : JSON.stringify(claim.forkedFrom),
        temporary: claim.isTemporary ?? false,
        at: turn.position,
        assistant: turn.assistant,
        title: turn.title,
        window_start: turn.windowStart,
        window_tokens: turn.windowTokens,
        turn_tokens: turn.turnTokens,
        summaries: turn.summaries === undefined ? null : JSON.stringify(turn.summaries),
        summary: turn.summary === undefined ? null : { reserved: claim.summaryReserved ?? 0, ...turn.summary },
        titled: turn.titled === undefined ? null : { reserved: claim.titleReserved ?? 0, ...turn.titled },
        reserved: claim.reserved,
        spent: turn.spent,
        ...recordOf(claim.idempotency),
        journal: journalOf(claim),
        open: turn.open && turn.open.length > 0 ? JSON.stringify(turn.open) : null,
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
    { summary = 0, title = 0 }: AsideCosts = {},
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
        keys.journal(id),
        keys.reservations,
        keys.tokens,
        ...recordKey(claim),
      ],
      {
        turn: claim.turnId,
        reserved: claim.reserved,
        spent,
        summary_reserved: claim.summaryReserved ?? 0,
        summary_spent: summary,
        title_reserved: claim.titleReserved ?? 0,
        title_spent: title,
        is_first: claim.isFirst,
        ...firstOf(unsent),
        filtered,
        journal: journalOf(claim),
        doubt: ending.type === 'turn-failed' && ending.code === 'tool-in-doubt',
        ...replayOf(claim),
      },
      [ending, ...(filtered ? blocks.map(withheld) : blocks)],
    );
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
