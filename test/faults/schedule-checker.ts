import { answerTo } from '../upstream/remembering-model.ts';
import type { Played, Tried } from './schedule.ts';
import type { Frame } from './sse-reader.ts';
import { isAway, type StoredMessage } from './talk.ts';

/** The promises that a schedule can see broken, and what it saw of each. */
export type ScheduleFaults = Record<(typeof kinds)[number], string[]>;

const kinds = ['interleaved', 'doubled', 'resurrected', 'lost', 'unequal', 'unexpected'] as const;

export function noFaults(): ScheduleFaults {
  return Object.fromEntries(kinds.map((kind) => [kind, [] as string[]])) as ScheduleFaults;
}

type Answered = Tried & { outcome: { kind: 'answered' } };

/** Holds what the clients of a schedule were told against each other, and against history. Knows no code of the service. */
export function checkSchedule(played: Played, faults: ScheduleFaults): void {
  for (const [sessionId, messages] of played.histories) {
    if (messages !== undefined) checkConversation(sessionId, messages, faults);
  }
  const answered = played.tried.filter((each): each is Answered => each.outcome.kind === 'answered');
  checkKeys(played, answered, faults);
  for (const each of answered) checkStored(played, each, faults);
  checkDeletions(played, answered, faults);
  for (const each of played.tried) checkRefusal(played, each, faults);
  checkJoins(played, answered, faults);
}

/** User, assistant, user, assistant, ..., and every answer given in sight of all that stands before it. */
function checkConversation(
  sessionId: string,
  messages: StoredMessage[],
  faults: Pick<ScheduleFaults, 'interleaved' | 'unequal'>,
): void {
  if (messages.length % 2 === 1) faults.interleaved.push(`${sessionId}: ${messages.length} messages`);
  for (let at = 0; at + 1 < messages.length; at += 2) {
    const [asked, said] = messages.slice(at, at + 2) as [StoredMessage, StoredMessage];
    if (asked.role !== 'user' || said.role !== 'assistant' || asked.turn_id !== said.turn_id) {
      faults.interleaved.push(`${sessionId} at ${at}`);
      continue;
    }
    const whole = answerTo(messages.slice(0, at + 1)).join('');
    const isStopped = said.finish_reason === 'stopped' && said.content !== '' && whole.startsWith(said.content);
    if (said.content === whole || isStopped) continue;
    // The model tells what it saw: an answer that does not fit its place was given beside another turn.
    const kind = said.content.includes(asked.content) ? 'interleaved' : 'unequal';
    faults[kind].push(`${sessionId} at ${at}: ${JSON.stringify(said.content)} is not ${JSON.stringify(whole)}`);
  }
}

/** One key is one turn, however often and wherever it is asked for. */
function checkKeys(played: Played, answered: Answered[], faults: ScheduleFaults): void {
  const stored = [...played.histories.values()].flatMap((messages) => messages ?? []);
  const counts = new Map<string, number>();
  for (const { role, content } of stored) if (role === 'user') counts.set(content, (counts.get(content) ?? 0) + 1);
  for (const [message, count] of counts) if (count > 1) faults.doubled.push(`${message}: stored ${count} times`);

  const tried = Map.groupBy(answered.filter(isStorable), ({ wanted }) => wanted.message);
  for (const [message, tries] of tried) {
    const [first] = tries as [Answered];
    for (const { outcome } of tries) {
      if (outcome.turnId !== first.outcome.turnId) faults.doubled.push(`${message}: answered as two turns`);
      else if (told(outcome) !== told(first.outcome)) {
        faults.unequal.push(`${message}: ${told(outcome)} is not ${told(first.outcome)}`);
      }
    }
  }
}

/** What was answered is stored, with the very text and the very usage, unless somebody deleted it. */
function checkStored(played: Played, { wanted, outcome }: Answered, faults: ScheduleFaults): void {
  const { sessionId, turnId, text, usage } = outcome;
  const isDeleted = played.deleted.some((each) => each.sessionId === sessionId);
  const pair = played.histories.get(sessionId)?.filter(({ turn_id }) => turn_id === turnId) ?? [];
  if (text === '') {
    if (pair.length > 0) faults.unequal.push(`${wanted.message}: said nothing, and is stored`);
    return;
  }
  if (isDeleted) return;
  const [asked, said] = pair;
  if (asked === undefined || said === undefined) faults.lost.push(`${wanted.message} in ${sessionId}`);
  else if (asked.content !== wanted.message || said.content !== text || !isSame(said.usage, usage)) {
    faults.unequal.push(`${wanted.message}: stored ${JSON.stringify(said)}, answered ${JSON.stringify(outcome)}`);
  }
}

/** Once a deletion is answered, nothing is ever read from or added to the session. */
function checkDeletions(played: Played, answered: Answered[], faults: ScheduleFaults): void {
  for (const { sessionId, status, readable, answeredAt } of played.deleted) {
    if (status !== 204) {
      faults.unexpected.push(`DELETE answered ${status}`);
      continue;
    }
    if (readable) faults.resurrected.push(`${sessionId}: readable right after its deletion`);
    if (played.histories.get(sessionId) !== undefined) faults.resurrected.push(`${sessionId}: readable again`);
    for (const { wanted, outcome, askedAt } of answered) {
      if (askedAt > answeredAt && outcome.sessionId === sessionId)
        faults.resurrected.push(`${wanted.message}: answered in it`);
    }
    for (const { frames, askedAt, sessionId: joined } of played.joined) {
      if (askedAt > answeredAt && joined === sessionId && frames.length > 0)
        faults.resurrected.push(`${joined}: joined`);
    }
  }
}

/** A refusal has a reason that the clients know of: another turn on the session, or a deletion. */
function checkRefusal(played: Played, { wanted, outcome, answeredAt, stayed }: Tried, faults: ScheduleFaults): void {
  if (outcome.kind === 'cut' && stayed) faults.unexpected.push(`${wanted.message}: cut by the service`);
  if (outcome.kind !== 'refused' || outcome.code === 'session-busy' || isAway(outcome)) return;
  const deletedBefore = played.deleted.some((each) => each.askedAt < answeredAt);
  const known = outcome.code === 'turn-lost' || outcome.code === 'session-not-found';
  if (!known || !deletedBefore) faults.unexpected.push(`${wanted.message}: ${outcome.status} ${outcome.code}`);
}

/** A joined turn is told as it was told live: the same ids, the same data, from where the client was. */
function checkJoins(played: Played, answered: Answered[], faults: ScheduleFaults): void {
  for (const { sessionId, lastId, status, frames, answeredAt } of played.joined) {
    if (status !== 200 && status !== 204) faults.unexpected.push(`${sessionId}: joining answered ${status}`);
    const numbered = frames.filter(({ id }) => id !== undefined);
    const isError = ({ data }: Frame) => data.startsWith('{"error":');
    // The ending of a turn that was lost is numbered beyond all that it may have told.
    if (!numbered.every((frame, at) => isError(frame) || Number(frame.id) === lastId + 1 + at)) {
      faults.unequal.push(`${sessionId}: joined after ${lastId}, and got ${numbered.map(({ id }) => id)}`);
    }
    const error = frames.find(isError);
    const isDeleted = played.deleted.some((each) => each.sessionId === sessionId && each.askedAt < answeredAt);
    // A turn that was stopped before its first token leaves nothing to tell, once another turn has begun.
    const mayBeNothing = played.stops > 0 && !isStored(played, frames);
    const isStoreAway = error?.data.includes('"code":"store-unavailable"') ?? false;
    if (error !== undefined && !isDeleted && !mayBeNothing && !isStoreAway) {
      faults.unexpected.push(`${sessionId}: joined after ${lastId}, and was told ${error.data}`);
    }
    if (lastId === 0 && frames.length > 0) checkReplay(frames, answered, faults);
  }
}

function checkReplay(frames: Frame[], answered: Answered[], faults: ScheduleFaults): void {
  const { turn_id } = JSON.parse(frames[0]?.data ?? '{}');
  // A retry that comes after other turns is told the whole answer in one frame.
  const isLive = ({ turnId, frames }: Answered['outcome']) => turnId === turn_id && frames.length > 4;
  const live = answered.filter(({ outcome }) => isLive(outcome));
  if (live.length === 0 || frames.some(({ data }) => data.startsWith('{"error":'))) return;
  if (live.every(({ outcome }) => !isSame(outcome.frames, frames) && !isSameInFewer(outcome.frames, frames))) {
    faults.unequal.push(
      `${turn_id}: replayed ${JSON.stringify(frames)}, not ${JSON.stringify(live[0]?.outcome.frames)}`,
    );
  }
}

/** Where the next turn was stored already, the last tokens are told in one frame. */
function isSameInFewer(live: Frame[], told: Frame[]): boolean {
  const tokens = (frames: Frame[]) => frames.slice(1, -2).map(({ data }) => JSON.parse(data).token as string);
  const [all, fewer] = [tokens(live), tokens(told)];
  const head = fewer.slice(0, -1);
  return isSame(all.slice(0, head.length), head) && all.join('') === fewer.join('') && live.length > told.length;
}

function isStored({ histories }: Played, [first]: Frame[]): boolean {
  const { turn_id } = first?.data.startsWith('{') ? JSON.parse(first.data) : {};
  return [...histories.values()].some((messages) => messages?.some((message) => message.turn_id === turn_id));
}

/** A turn that was stopped before its first token is no turn: its key is free. */
function isStorable({ outcome }: Answered): boolean {
  return outcome.text !== '';
}

function told({ sessionId, turnId, text, finishReason, usage }: Answered['outcome']): string {
  return JSON.stringify([sessionId, turnId, text, finishReason, usage]);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
