import type { Assistant } from '../../conversation/assistant.ts';
import { DEFAULT_ASSISTANT } from '../../conversation/turn.ts';
import type { Call } from '../endpoint.ts';
import { refused } from './api-failure.ts';

/** Something that a caller brings which not every assistant takes: what it is, and the parameter it stands in. */
export interface Brought {
  kind: 'instructions' | 'history' | 'tools';
  param: string;
}

/**
 * Checks that the assistant takes what its caller brings. Where it does not say, an app may bring all, which calls in
 * `open` and `key` mode, and a person nothing.
 *
 * @param model the assistant that the request names; else the session's own is asked
 * @throws {ApiFailure} 400
 */
export async function checkAccepted(
  call: Call,
  brought: Brought[],
  model: string | undefined,
  sessionId: string | undefined,
): Promise<void> {
  if (brought.length === 0) return;
  const assistant = await answeringAssistant(call, model, sessionId);
  checkAcceptedBy(call, assistant ? [assistant] : [], brought);
}

/**
 * The assistant that will answer; none where it is not on offer, which is refused where the turn begins.
 *
 * @param model as the request names it; else the session's own answers
 */
export async function answeringAssistant(
  { services, caller }: Call,
  model: string | undefined,
  sessionId: string | undefined,
): Promise<Assistant | undefined> {
  const { assistants, store } = services;
  const session =
    model === undefined && sessionId !== undefined
      ? await store.history(caller.owner, sessionId, { limit: 1, before: undefined })
      : undefined;
  const own = typeof session === 'object' ? session.session.assistant : null;
  return assistants.get(model ?? own ?? DEFAULT_ASSISTANT);
}

/**
 * Checks that each of these assistants takes it, whichever will answer.
 *
 * @throws {ApiFailure} 400
 */
export function checkAcceptedBy({ services }: Call, assistants: readonly Assistant[], brought: Brought[]): void {
  const { mode } = services.settings.auth;
  const isApp = mode === 'open' || mode === 'key';
  for (const { accepts = isApp ? ['instructions', 'history', 'tools'] : [] } of assistants) {
    const wrong = brought.find(({ kind }) => !accepts.includes(kind));
    if (wrong) throw refused('not_supported', wrong.param, `The assistant takes no ${wrong.kind} of its callers.`);
  }
}
