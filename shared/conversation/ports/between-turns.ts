import type { Limited, LimitState } from '../limits.ts';
import type { Item, Metadata, SessionSummary, StoredTurn } from './stored.ts';

/** How much a caller may bring to a session between two turns: it is read with the next one. Bytes are of its JSON. */
export const MOST_BROUGHT = { items: 100, bytes: 1_048_576 };

/** A session, and what its caller brought to it outside of its turns. */
export interface KeptSession {
  summary: SessionSummary;
  metadata: Metadata;
  /** Items behind its last turn, oldest first: part of the next one. */
  brought: Item[];
  /** When it is forgotten unless it is used again; milliseconds since 1970, by the store's clock. */
  expiresAt: number;
}

/** Refusals change nothing, and cost nothing. */
export type CreateResult = { outcome: 'created'; session: KeptSession; limits: LimitState[] } | TooMany | Limited;

export type BringResult =
  | { outcome: 'brought'; limits: LimitState[] }
  | { outcome: 'unknown-session' }
  /** A turn is under way. */
  | { outcome: 'busy' }
  | TooMany
  | Limited;

export type TakeBackResult =
  | { outcome: 'taken-back'; session: KeptSession }
  | { outcome: 'unknown-session' }
  /** It is not among what was brought after the last turn. */
  | { outcome: 'unknown-item' }
  | { outcome: 'busy' };

/** More than `MOST_BROUGHT` would be there. */
interface TooMany {
  outcome: 'too-many';
}

/**
 * What a caller does to its sessions between turns: part of the `SessionStore`. Making a session and bringing items
 * count as requests, against the owner's limit of these.
 */
export interface BetweenTurns {
  /** Makes a session that has no turn yet. */
  create(owner: string, sessionId: string, first: { metadata: Metadata; items: Item[] }): Promise<CreateResult>;
  session(owner: string, sessionId: string): Promise<KeptSession | undefined>;
  /** Replaces the metadata as a whole. */
  describe(owner: string, sessionId: string, metadata: Metadata): Promise<KeptSession | undefined>;
  /** @param items at least one; the ids of all begin with the same UUID, which no items had before */
  bring(owner: string, sessionId: string, items: Item[]): Promise<BringResult>;
  takeBack(owner: string, sessionId: string, itemId: string): Promise<TakeBackResult>;
  /**
   * Where a session has the items whose ids begin with `block`: in the stored turn of that id, or the one that took up
   * what was brought under it, or still among what was brought.
   */
  findItems(owner: string, sessionId: string, block: string): Promise<FoundItems | undefined>;
}

export type FoundItems = { turn: StoredTurn } | { brought: Item[] };
