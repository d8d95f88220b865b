import type { PendingTurn } from './pending-turn.ts';

/** What the tab keeps of a conversation that the service does not have. */
export interface Kept {
  /** A message without an answer. */
  turn?: PendingTurn | undefined;
  /** The message that is sent once the turn has its answer. */
  queued?: PendingTurn | undefined;
  /** A message that was not sent yet. */
  draft?: string | undefined;
  /** The conversation is temporary: it belongs on no list. */
  temporary?: true | undefined;
}

/** Where a conversation is kept: by its session, or by its name for as long as it has none. */
export interface Place {
  /** The service's address. */
  service: string;
  sessionId?: string | undefined;
  name?: string | undefined;
}

export interface KeptConversation extends Place, Kept {}

/** So many at most; the one that was kept longest ago goes first. */
const MOST = 24;
/** In characters of JSON: a longer one is not kept. */
const LONGEST = 100_000;

const PREFIX = 'parley:kept:';
const listeners = new Set<() => void>();

// In `sessionStorage`, as it is text of users: it ends with the tab, no other tab reads it, and a shared machine keeps
// none of it. Where the browser forbids that, or has no room, a conversation goes on without.

export function readKept(place: Place): Kept {
  return entryAt(keyOf(place))?.kept ?? {};
}

/** Where all is too much, the turn is kept with what waits behind it, or else alone. */
export function writeKept(place: Place, { turn, queued, draft, temporary }: Kept): void {
  const key = keyOf(place);
  let isNews = JSON.stringify(turn) !== JSON.stringify(readKept(place).turn);
  const [text] = [{ turn, queued, draft }, { turn, queued }, { turn }]
    .filter((kept: Kept) => kept.turn || kept.queued || kept.draft)
    .map((kept) => ({ ...kept, temporary }))
    .map((kept) => JSON.stringify({ at: Date.now(), kept }))
    .filter(({ length }) => length <= LONGEST);
  withStorage((storage) => {
    if (text === undefined) return storage.removeItem(key);
    // A draft is kept with each letter: the others are looked at where one more comes to them.
    const tooMany = storage.getItem(key) === null ? keysByAge().slice(0, 1 - MOST) : [];
    for (const oldest of tooMany) storage.removeItem(oldest);
    isNews ||= tooMany.length > 0;
    storage.setItem(key, text);
  });
  if (isNews) for (const listener of listeners) listener();
}

/** The conversations with a service of which the tab keeps something, newest first. */
export function keptConversations(service: string): KeptConversation[] {
  return keysByAge()
    .reverse()
    .map((key) => ({ ...placeOf(key), ...entryAt(key)?.kept }))
    .filter((kept) => kept.service === service);
}

/** Forgets what the tab keeps of a conversation; without a place, of all of them, as when its user has signed out. */
export function forgetKept(place?: Place): void {
  withStorage((storage) => {
    for (const key of place ? [keyOf(place)] : keysByAge()) storage.removeItem(key);
  });
  for (const listener of listeners) listener();
}

/** Its turn was stored meanwhile, as far as a list tells; what was written since stays. */
export function forgetKeptTurn(place: Place): void {
  const { turn: _, ...rest } = readKept(place);
  writeKept(place, rest);
}

/** Calls `listener` when a message without an answer has come or changed or gone, until the returned function is called. */
export function subscribeKept(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function keyOf({ service, sessionId, name }: Place): string {
  return PREFIX + JSON.stringify(sessionId === undefined ? { service, name } : { service, sessionId });
}

function placeOf(key: string): Place {
  return JSON.parse(key.slice(PREFIX.length));
}

function entryAt(key: string): { at: number; kept: Kept } | undefined {
  return withStorage((storage) => JSON.parse(storage.getItem(key) ?? 'null') ?? undefined);
}

function keysByAge(): string[] {
  const keys = withStorage((storage) => Object.keys(storage).filter((key) => key.startsWith(PREFIX))) ?? [];
  const at = new Map(keys.map((key) => [key, entryAt(key)?.at ?? 0]));
  return keys.sort((one, other) => (at.get(one) ?? 0) - (at.get(other) ?? 0));
}

function withStorage<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(globalThis.sessionStorage);
  } catch {
    return undefined;
  }
}
