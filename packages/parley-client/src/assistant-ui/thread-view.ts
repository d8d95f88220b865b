import type { ExportedMessageRepository } from '@assistant-ui/react';
import type { Approval } from '../client/steps.ts';
import { type ConversationState, nothingYet } from '../conversation/conversation-state.ts';
import { DecidedCalls, isDecision } from './decided-calls.ts';
import { MessageIds } from './message-ids.ts';
import { type Branch, MessageTree, type Node } from './message-tree.ts';
import { ThreadMessages } from './thread-messages.ts';

/** A thread at one moment, as assistant-ui shows it. */
export interface ShownThread {
  state: ConversationState;
  isLoading: boolean;
  isRunning: boolean;
  isSendDisabled: boolean;
  /** The messages of all branches, and which branch is shown. */
  repository: ExportedMessageRepository;
  /** Where the conversation's messages stand, also those that are decisions alone. */
  path: readonly Node[];
  /** The sessions that are not shown, by the id of their last message. */
  ends: ReadonlyMap<string, string>;
}

/** Makes of a conversation and its other branches what assistant-ui shows. */
export class ThreadView {
  readonly #ids = new MessageIds();
  readonly #messages = new ThreadMessages();

  /**
   * @param others the branches that are not shown, by their sessions
   * @param decisions that were not sent yet
   */
  show(
    state: ConversationState,
    shown: Branch,
    others: ReadonlyMap<string, Branch>,
    decisions: readonly Approval[],
  ): ShownThread {
    const { sessionId, phase, failure } = state;
    const tree = new MessageTree(shown, this.#ids);
    const ends = new Map<string, string>();
    for (const [session, branch] of others) {
      const last = tree.add(branch).at(-1);
      if (last !== undefined) ends.set(last.id, session);
    }
    const path = tree.shown;
    // Where nothing is shown, nothing says which branch is meant.
    const nodes = path.length === 0 ? [] : tree.inOrder();
    const calls = new DecidedCalls(nodes, path, decisions);
    const messages = nodes
      .filter((node) => !isDecision(node))
      .map((node) => ({ parentId: calls.parentOf(node), message: this.#messages.of(node, sessionId, calls) }));
    const lastId = path.filter((node) => !isDecision(node)).at(-1)?.id ?? null;
    const instead = this.#messages.inPlaceOfAnswer(state, lastId);
    return {
      ...{ state, path, ends },
      isLoading: phase === 'loading',
      isRunning: phase !== 'loading' && phase !== 'ready',
      isSendDisabled: phase === 'loading' || failure !== undefined,
      repository: instead
        ? { headId: instead.id, messages: [...messages, { parentId: lastId, message: instead }] }
        : { headId: lastId, messages },
    };
  }
}

/** Of a thread whose branches are not known yet. */
export const loadingThread: ShownThread = {
  ...{ state: nothingYet, isLoading: true, isRunning: false, isSendDisabled: true },
  repository: { headId: null, messages: [] },
  path: [],
  ends: new Map(),
};
