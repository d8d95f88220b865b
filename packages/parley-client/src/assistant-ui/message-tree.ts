import type { Message } from '../conversation/conversation-state.ts';
import type { MessageIds } from './message-ids.ts';

/** A session's messages, oldest first, or the newest of them. */
export interface Branch {
  messages: readonly Message[];
  /** Nothing stands before the first of them. */
  isWhole: boolean;
  /** When the session began, in milliseconds since 1970. */
  begun: number;
}

/** A message's place in a thread. */
export interface Node {
  id: string;
  parentId: string | null;
  message: Message;
  /** When the first session began that has it. */
  begun: number;
}

/** Sessions that were forked of one another, as one tree: what they share stands in it once. */
export class MessageTree {
  /** The branch that is shown. */
  readonly shown: readonly Node[];
  readonly #ids: MessageIds;
  readonly #isWhole: boolean;
  readonly #nodes = new Map<string, Node>();
  readonly #children = new Map<string | null, Node[]>();

  constructor(shown: Branch, ids: MessageIds) {
    this.#ids = ids;
    this.#isWhole = shown.isWhole;
    this.shown = this.#insert(shown.messages, shown.begun);
  }

  /**
   * Another branch, from where it joins the tree.
   *
   * @returns its messages' places; none where it is not known to join it
   */
  add({ messages, isWhole, begun }: Branch): readonly Node[] {
    if (isWhole && this.#isWhole) return this.#insert(messages, begun);
    const first = messages.findIndex((message) => this.#nodes.has(this.#ids.known(message) ?? ''));
    return first === -1 ? [] : this.#insert(messages.slice(first), begun);
  }

  /** All messages' places: parents first, and of those behind one message the oldest first. */
  inOrder(): Node[] {
    const ordered: Node[] = [];
    const next = this.#newestFirst(null);
    for (let node = next.pop(); node !== undefined; node = next.pop()) {
      ordered.push(node);
      next.push(...this.#newestFirst(node.id));
    }
    return ordered;
  }

  #newestFirst(parentId: string | null): Node[] {
    return [...(this.#children.get(parentId) ?? [])].sort((one, other) => other.begun - one.begun);
  }

  #insert(messages: readonly Message[], begun: number): Node[] {
    let parentId: string | null = null;
    return messages.map((message) => {
      const id = this.#ids.of(message, parentId);
      const node = this.#nodes.get(id) ?? this.#grow({ id, parentId, message, begun });
      node.begun = Math.min(node.begun, begun);
      parentId = id;
      return node;
    });
  }

  #grow(node: Node): Node {
    this.#nodes.set(node.id, node);
    this.#children.set(node.parentId, [...(this.#children.get(node.parentId) ?? []), node]);
    return node;
  }
}
