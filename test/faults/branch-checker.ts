import { answerTo } from '../upstream/remembering-model.ts';
import type { PlayedBranches, TriedTurn, WantedTurn } from './played-branches.ts';
import { isAway, type ReadSession, type StoredMessage } from './talk.ts';

/** The promises that a schedule of forks can see broken, and what it saw of each. */
export type BranchFaults = Record<(typeof kinds)[number], string[]>;

const kinds = ['lost', 'doubled', 'misplaced', 'altered', 'interleaved', 'resurrected', 'unexpected'] as const;

export function noBranchFaults(): BranchFaults {
  return Object.fromEntries(kinds.map((kind) => [kind, [] as string[]])) as BranchFaults;
}

type Answered = TriedTurn & { outcome: { kind: 'answered' } };

/**
 * Holds what clients were told of a conversation and its forks against each other, and against what is stored in the end.
 * Knows no code of the service.
 *
 * @param killed whether an instance died between two times, or so shortly before that its turns were still under way
 */
export function checkBranches(
  played: PlayedBranches,
  faults: BranchFaults,
  killed: (from: number, to: number) => boolean,
): void {
  const stored = [...played.final].filter((entry): entry is [string, ReadSession] => entry[1] !== undefined);
  for (const [id, session] of stored) checkConversation(id, session, faults);
  for (const [id, session] of stored) checkCopy(played, id, session, faults);
  checkSeen(played, faults);
  checkDoubled(played, stored, faults);
  for (const each of played.tried) {
    if (each.outcome.kind === 'answered') checkAnswered(played, each as Answered, faults);
    else checkUnanswered(played, each, faults, killed);
    if (each.wanted.fork) checkNotInSource(played, each.wanted, faults);
  }
  for (const id of played.deleted.keys()) {
    if (played.final.get(id) !== undefined) faults.resurrected.push(`${id}: readable after its deletion`);
  }
  const listed = played.listed.filter((id) => played.final.get(id) === undefined);
  const unlisted = stored.filter(([id]) => !played.listed.includes(id));
  for (const id of [...listed, ...unlisted.map(([id]) => id)]) faults.unexpected.push(`${id}: read and list disagree`);
}

/** Whole turns, each answered in sight of all that stands before it in its own session, and of nothing else. */
function checkConversation(id: string, { turns, messages }: ReadSession, faults: BranchFaults): void {
  if (messages.length !== 2 * turns) faults.interleaved.push(`${id}: ${messages.length} messages of ${turns} turns`);
  for (let at = 0; at + 1 < messages.length; at += 2) {
    const [asked, said] = messages.slice(at, at + 2) as [StoredMessage, StoredMessage];
    if (asked.role !== 'user' || said.role !== 'assistant' || asked.turn_id !== said.turn_id) {
      faults.interleaved.push(`${id} at ${at}`);
      continue;
    }
    const whole = answerTo(messages.slice(0, at + 1)).join('');
    const isStopped = said.finish_reason === 'stopped' && said.content !== '' && whole.startsWith(said.content);
    if (said.content !== whole && !isStopped) {
      faults.misplaced.push(`${id} at ${at}: ${JSON.stringify(said.content)} is not ${JSON.stringify(whole)}`);
    }
  }
}

/** What a session took from its source, as many messages; all, where that does not have its turn. */
function copied({ forked_from, messages }: ReadSession): StoredMessage[] {
  if (forked_from === undefined || forked_from.turn_id === null) return [];
  return messages.slice(0, messages.findLastIndex(({ turn_id }) => turn_id === forked_from.turn_id) + 1);
}

/** A copy begins with all that its source has up to the turn, to the byte. */
function checkCopy(played: PlayedBranches, id: string, session: ReadSession, faults: BranchFaults): void {
  const { forked_from } = session;
  if (forked_from === undefined) return;
  const source = longest(played, forked_from.session_id);
  if (source === undefined) return;
  const end = source.findLastIndex(({ turn_id }) => turn_id === forked_from.turn_id) + 1;
  // Of a source that is deleted what was seen of it may end before.
  if (end === 0 && forked_from.turn_id !== null) return;
  if (JSON.stringify(copied(session)) !== JSON.stringify(source.slice(0, end))) {
    faults.altered.push(`${id}: is no copy of ${forked_from.session_id} up to ${forked_from.turn_id}`);
  }
}

/** The most that was ever seen of a session. */
function longest({ seen, final }: PlayedBranches, id: string): StoredMessage[] | undefined {
  const all = seen.filter(({ sessionId }) => sessionId === id).map(({ session }) => session.messages);
  return [...all, final.get(id)?.messages ?? []].reduce((most, each) => (each.length > most.length ? each : most));
}

/** A session only grows: what was once read of it stands there to the byte, whatever was forked from it since. */
function checkSeen(played: PlayedBranches, faults: BranchFaults): void {
  for (const { sessionId, session } of played.seen) {
    const later = longest(played, sessionId)?.slice(0, session.messages.length);
    if (JSON.stringify(later) !== JSON.stringify(session.messages)) faults.altered.push(`${sessionId}: was another`);
    const last = played.final.get(sessionId);
    if (last && JSON.stringify(last.forked_from) !== JSON.stringify(session.forked_from)) {
      faults.altered.push(`${sessionId}: comes from elsewhere`);
    }
  }
}

/** A turn is stored once; a copy of it is none. */
function checkDoubled(played: PlayedBranches, stored: [string, ReadSession][], faults: BranchFaults): void {
  const own = stored.flatMap(([, session]) => session.messages.slice(copied(session).length));
  const counts = new Map<string, number>();
  for (const { role, content } of own) if (role === 'user') counts.set(content, (counts.get(content) ?? 0) + 1);
  for (const [message, count] of counts) if (count > 1) faults.doubled.push(`${message}: stored ${count} times`);
  const answered = played.tried.filter(
    ({ outcome }) => outcome.kind === 'answered' && outcome.text !== '',
  ) as Answered[];
  for (const tries of Map.groupBy(answered, ({ wanted }) => wanted.message).values()) {
    const told = new Set(tries.map(({ outcome }) => `${outcome.sessionId} ${outcome.turnId} ${outcome.text}`));
    if (told.size > 1) faults.doubled.push(`${tries[0]?.wanted.message}: answered as ${told.size} turns`);
  }
}

/** What was answered stands where it was asked for: behind its turn, there or in a copy. */
function checkAnswered(played: PlayedBranches, { wanted, outcome }: Answered, faults: BranchFaults): void {
  const { message, sessionId, after, fork } = wanted;
  const { deleted, final } = played;
  const isGone = sessionId !== undefined && deleted.has(sessionId);
  const isElsewhere = outcome.sessionId !== sessionId;
  if (sessionId !== undefined && isElsewhere !== fork && !(isGone && after === null)) {
    faults.misplaced.push(`${message}: asked for in ${sessionId}, answered in ${outcome.sessionId}`);
  }
  if (outcome.text === '' || deleted.has(outcome.sessionId)) return;
  const session = final.get(outcome.sessionId);
  const at = session?.messages.findIndex(({ turn_id }) => turn_id === outcome.turnId) ?? -1;
  const [asked, said] = session?.messages.slice(at, at + 2) ?? [];
  if (session === undefined || at === -1 || asked?.content !== message || said?.content !== outcome.text) {
    faults.lost.push(`${message} in ${outcome.sessionId}`);
    return;
  }
  const before = session.messages[at - 1]?.turn_id ?? null;
  if (sessionId !== undefined && before !== after) faults.misplaced.push(`${message}: follows ${before}, not ${after}`);
  const from = fork && !isGone ? { session_id: sessionId, turn_id: after } : undefined;
  if (from && JSON.stringify(session.forked_from) !== JSON.stringify(from)) {
    faults.misplaced.push(`${message}: forked from ${JSON.stringify(session.forked_from)}`);
  }
}

/** A refusal has a reason that the clients know of. */
function checkUnanswered(
  played: PlayedBranches,
  { wanted, outcome, stayed, askedAt, answeredAt }: TriedTurn,
  faults: BranchFaults,
  killed: (from: number, to: number) => boolean,
): void {
  const { message, sessionId = '', after, fork, fails } = wanted;
  const isKilled = killed(askedAt, answeredAt);
  if (outcome.kind === 'cut') {
    if (stayed && !isKilled) faults.unexpected.push(`${message}: cut by the service`);
    return;
  }
  if (outcome.kind === 'answered' || outcome.code === 'session-busy' || isAway(outcome)) return;
  const { code, lastTurnId } = outcome;
  const isDeleted = [...played.deleted.values()].some((at) => at < answeredAt);
  if (code === 'session-moved') {
    const turns = longest(played, sessionId)?.map(({ turn_id }) => turn_id) ?? [];
    const isLater = turns.lastIndexOf(lastTurnId ?? '') > (after === null ? -1 : turns.lastIndexOf(after ?? ''));
    if (fork || !(isLater || isDeleted)) faults.unexpected.push(`${message}: moved from ${after} to ${lastTurnId}`);
  } else if (code === 'model-failed') {
    if (!fails) faults.unexpected.push(`${message}: ${code}`);
  } else {
    const isKnown = ['turn-lost', 'session-not-found', 'invalid-request'].includes(code) && isDeleted;
    if (!isKnown && !(code === 'turn-lost' && isKilled))
      faults.unexpected.push(`${message}: ${outcome.status} ${code}`);
  }
}

/** Whatever became of a fork: its source has nothing of it. */
function checkNotInSource({ final, seen }: PlayedBranches, { message, sessionId }: WantedTurn, faults: BranchFaults) {
  const sources = [
    final.get(sessionId ?? ''),
    ...seen.filter((each) => each.sessionId === sessionId).map(({ session }) => session),
  ];
  if (sources.some((source) => source?.messages.some(({ content }) => content === message))) {
    faults.misplaced.push(`${message}: is in the session that it forked`);
  }
}
