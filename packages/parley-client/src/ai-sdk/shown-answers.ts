import type { History, StoredMessage } from '../client/contract.ts';
import type { TurnEvent } from '../client/turn-events.ts';
import { eventsOf, isAnswer, type StoredAnswer } from './stored-answer.ts';

/** An answer as a chat shows it: what a turn said and did, and the turns that decided on its calls. */
export interface ShownAnswer {
  events: TurnEvent[];
  /** Of the last of these turns. */
  stored: StoredAnswer;
}

/** What a chat shows of a session: answers, and what was asked. */
export function shownOf(history: History): (StoredMessage | ShownAnswer)[] {
  const shown: (StoredMessage | ShownAnswer)[] = [];
  let latest: ShownAnswer | undefined;
  let decides = false;
  for (const message of history.messages) {
    if (isAnswer(message)) {
      const events = [...eventsOf(message, history)];
      if (decides && latest) {
        latest.events.push(...events);
        latest.stored = message;
      } else {
        // A message has decided on what was left open, before its answer.
        const waiting = latest ? openOf(latest) : new Set<string>();
        const isBefore = (event: TurnEvent) => waiting.has(stepOf(event) ?? '');
        latest?.events.push(...events.filter(isBefore));
        latest = { events: events.filter((event) => !isBefore(event)), stored: message };
        shown.push(latest);
      }
    } else if (isWritten(message)) shown.push(message);
    decides = message.approve !== undefined;
  }
  return shown;
}

/** The answer whose calls the turn behind it decides on, as that turn found it. */
export function waitingBefore(turnId: string, history: History): ShownAnswer | undefined {
  const end = history.messages.findIndex(({ turn_id }) => turn_id === turnId);
  const messages = end === -1 ? history.messages : history.messages.slice(0, end);
  const latest = shownOf({ ...history, messages }).at(-1);
  return latest !== undefined && 'events' in latest && openOf(latest).size > 0 ? latest : undefined;
}

/** Neither a decision nor what an app has brought of its own functions. */
function isWritten({ approve, outputs, content }: StoredMessage): boolean {
  return approve === undefined && (outputs === undefined || content !== '');
}

function openOf({ stored: { steps = [] } }: ShownAnswer): Set<string> {
  return new Set(steps.filter(({ status }) => status === 'open').map(({ id }) => id));
}

function stepOf(event: TurnEvent): string | undefined {
  if (event.type === 'called') return event.call.id;
  return event.type === 'returned' ? event.result.id : undefined;
}
