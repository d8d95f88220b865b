import type { Limited, LimitState } from '../limits.ts';
import type { Metadata } from './metadata.ts';
import type { Item, SessionSummary, StoredTurn, Summary } from './stored.ts';

/**
 * How many items a caller may bring at once, and how many, of how many bytes in JSON, to a session between two turns: they
 * are read with the next one.
 */
export const MOST_BROUGHT = { at_once: 100, items: 1000, bytes: 1_048_576 };

/** Of a block there are fewer items, so that an item's place says behind how many messages it stands. */
const PLACES = 128;

/** Items of one block with their ids: they stand behind so many messages of their session, and find their turn by it. */
export function withIds(items: readonly Omit<Item, 'id'>[], block: string, position: number): Item[] {
  return items.map((item, place) => ({ id: `${block}-${position * PLACES + place}`, ...item }));
}

/** What an item's id says: its block, and where its turn's first message is if it was brought between turns. */
export function readItemId(id: string): { block: string; position: number } {
  const cut = id.lastIndexOf('-');
  return { block: id.slice(0, cut), position: Math.floor(Number(id.slice(cut + 1)) / PLACES) };
}

/** A session, and what its caller brought to it outside of its turns. */
export interface KeptSession {
  summary: SessionSummary;
  /** How many messages its turns have. */
  length: number;
  metadata: Metadata;
  /** Items behind its last turn, oldest first: part of the next one. */
  brought: Item[];
  /** Oldest first. */
  summaries: readonly Summary[];
  /** When it is forgotten unless it is used again; milliseconds since 1970, by the store's clock. */
  expiresAt: number;
}

/** More than `MOST_BROUGHT` would be there. */
interface TooMany {
  outcome: 'too-many';
}

/** Refusals change nothing, and cost nothing. */
export type CreateResult = { outcome: 'created'; session: KeptSession; limits: LimitState[] } | TooMany | Limited;

export type BringResult =
  | { outcome: 'brought'; limits: LimitState[] }
  | { outcome: 'unknown-session' }
  /** A turn is under way, or came in between. */
  | { outcome: 'busy' }
  | TooMany
  | Limited;

export type TakeBackResult =
  | { outcome: 'taken-back'; session: KeptSession }
  | { outcome: 'unknown-session' }
  /** It is not among what was brought after the last turn. */
  | { outcome: 'unknown-item' }
  | { outcome: 'busy' };

/** Where an item is: in a stored turn, or still among what was brought after the last. */
export type FoundItem = { turn: StoredTurn } | { brought: Item[] };

/**
 * What a caller does to its sessions between turns: part of the `SessionStore`. Making a session and bringing items
 * count as requests, against the owner's limit of these. All but a temporary session is kept for longer by what changes it.
 */
export interface BetweenTurns {
  /** Makes a session that has no turn yet. */
  create(owner: string, sessionId: string, first: { metadata: Metadata; items: Item[] }): Promise<CreateResult>;
  session(owner: string, sessionId: string): Promise<KeptSession | undefined>;
  /** Replaces the metadata as a whole. */
  describe(owner: string, sessionId: string, metadata: Metadata): Promise<KeptSession | undefined>;
  /** @param items at least one, of one new block, behind all messages of the session */
  bring(owner: string, sessionId: string, items: Item[]): Promise<BringResult>;
  takeBack(owner: string, sessionId: string, itemId: string): Promise<TakeBackResult>;
  /** Where an item is whose id begins so: with its turn's id, or with that of the block that it was brought in. */
  findItem(owner: string, sessionId: string, itemId: string): Promise<FoundItem | undefined>;
}
