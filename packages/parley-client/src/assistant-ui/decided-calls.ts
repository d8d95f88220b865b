import type { Approval } from '../client/steps.ts';
import type { Message, ShownStep } from '../conversation/conversation-state.ts';
import type { Node } from './message-tree.ts';

/** What became of a call that an answer left open. */
export interface DecidedCall {
  isAllowed: boolean;
  /** As the turn tells it that decided. */
  step: ShownStep | undefined;
  /** That turn is under way. */
  isUnderWay: boolean;
}

/**
 * What became of the calls of a thread's answers: a call is told by the answer that left it open, and what came of it by the
 * turn behind, whose message decided on it. Messages that are decisions alone are not shown.
 */
export class DecidedCalls {
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #next = new Map<string | null, Node>();
  readonly #decisions: readonly Approval[];

  /**
   * @param path those that are shown
   * @param decisions that were not sent yet
   */
  constructor(nodes: readonly Node[], path: readonly Node[], decisions: readonly Approval[]) {
    this.#nodes = new Map(nodes.map((node) => [node.id, node]));
    this.#decisions = decisions;
    for (const node of [...nodes, ...path]) this.#next.set(node.parentId, node);
  }

  /** The message that is shown before this one. */
  parentOf({ parentId }: Node): string | null {
    const parent = this.#nodes.get(parentId ?? '');
    return parent && isDecision(parent) ? this.parentOf(parent) : parentId;
  }

  /** Of the calls that this answer left open, those that were decided on. */
  of({ id, message }: Node): Map<string, DecidedCall> {
    const decided = new Map<string, DecidedCall>();
    const asked = this.#next.get(id);
    const answer = asked && this.#next.get(asked.id)?.message;
    for (const step of openSteps(message)) {
      const told = answer?.steps?.find((other) => other.id === step.id);
      const isAllowed =
        told?.status === 'running' || told?.status === 'open' ? undefined : told && told.status !== 'rejected';
      const said = isAllowed ?? this.#saidOf(step.id, asked?.message);
      if (said !== undefined)
        decided.set(step.id, { isAllowed: said, step: told, isUnderWay: answer?.isUnderWay === true });
    }
    return decided;
  }

  /** Calls of this answer that the one before it left open. */
  leftOpenBefore({ parentId }: Node): string[] {
    const before = this.#nodes.get(this.#nodes.get(parentId ?? '')?.parentId ?? '');
    return before ? openSteps(before.message).map(({ id }) => id) : [];
  }

  #saidOf(id: string, asked: Message | undefined): boolean | undefined {
    const decisions = asked ? (asked.approve ?? []) : this.#decisions;
    const decision = decisions.find((each) => each.id === id)?.decision;
    // What is not named is rejected, and so is everything by a message.
    return asked || decision ? decision === 'yes' : undefined;
  }
}

export function isDecision({ message }: Node): boolean {
  return message.approve !== undefined || message.isOutput === true;
}

function openSteps({ steps = [] }: Message): readonly ShownStep[] {
  return steps.filter(({ status }) => status === 'open');
}
