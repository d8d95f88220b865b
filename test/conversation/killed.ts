import { expect } from 'vitest';
import type { Model } from '../../shared/conversation/ports/model.ts';
import type { TurnRequest } from '../../shared/conversation/turn-request.ts';
import { Conversation, rules } from './conversation.ts';
import { WatchedStore } from './watched-store.ts';

/** A conversation whose first turn began, and then its process died; and the clock of the store, in ms. */
export async function killed(model: Model, asked: Partial<TurnRequest> = {}) {
  const clock = { passed: 0 };
  const store = new WatchedStore(rules, () => performance.now() + clock.passed);
  const conversation = new Conversation(model, { store });
  const begin = store.begin.bind(store);
  store.begin = async (request) => {
    await begin(request);
    throw new Error('killed');
  };
  await expect(conversation.talk('Hi', asked)).rejects.toThrow('killed');
  store.begin = begin;
  const [[dead] = expect.unreachable()] = store.asked.begin;
  return { clock, store, conversation, dead };
}
