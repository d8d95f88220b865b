import type { TurnEvent } from '../events.ts';
import type { Told } from '../held-lease.ts';
import type { AssistantMessage } from '../ports/stored.ts';
import { stepEvents } from './step-events.ts';

/** What was said and done in a stored turn: its text in as few tokens as that allows. */
export function toldOf({ content, steps = [] }: AssistantMessage): Told[] {
  const events: Told[] = [];
  let from = 0;
  const say = (to: number) => {
    if (to > from) events.push({ type: 'token-said', token: content.slice(from, to) });
    from = to;
  };
  for (const step of steps) {
    say(step.at);
    events.push(...stepEvents(step));
  }
  say(content.length);
  return events;
}

/** What is left of a turn for one who has heard some of it. */
export function* restOf(told: readonly Told[], heard: readonly Told[]): Generator<Told> {
  const isSame = (one: Told) => (other: Told) =>
    one.type !== 'token-said' && other.type === one.type && other.id === one.id;
  let left = heard.reduce((sum, event) => sum + (event.type === 'token-said' ? event.token.length : 0), 0);
  for (const event of told) {
    if (event.type === 'token-said') {
      const token = event.token.slice(left);
      left = Math.max(left - event.token.length, 0);
      if (token !== '') yield { type: 'token-said', token };
    } else if (!heard.some(isSame(event))) yield event;
  }
}

export function isTold(event: TurnEvent): event is Told {
  return event.type === 'token-said' || event.type === 'tool-called' || event.type === 'tool-returned';
}
