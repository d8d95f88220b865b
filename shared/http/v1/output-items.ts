import type { ToolCalled, ToolReturned } from '../../conversation/events.ts';
import type { Told } from '../../conversation/held-lease.ts';
import type { Source } from '../../conversation/ports/source.ts';
import { OWN_LABEL } from '../../conversation/ports/toolbox.ts';
import { type McpCallItem, type MessageItem, type OutputItem, textPart } from './api-items.ts';
import { citationsOf } from './citations.ts';
import { approvalRequestId, functionCallId, type ItemType, itemId, type TurnPlace } from './ids.ts';

/** What becomes of an item: it is there, it says more, it is whole. */
export type ItemChange = { index: number } & (
  | { type: 'added'; item: OutputItem }
  | { type: 'said'; item: OutputItem; text: string }
  | { type: 'done'; item: OutputItem }
);

/** What a turn says and does, as the items of its response. */
export class OutputItems {
  /** As they are by now. */
  readonly all: OutputItem[] = [];
  readonly #turn: TurnPlace;
  readonly #first: number;
  /** The message that is being said. */
  #message: { index: number; text: string } | undefined;
  /** By step, where its call is. */
  readonly #calls = new Map<string, number>();

  /** @param brought items that the caller brought to this turn itself: the message's place, and the answer has the next */
  constructor(turn: TurnPlace, brought: number) {
    this.#turn = turn;
    this.#first = brought + 1;
  }

  tell(event: Told): ItemChange[] {
    if (event.type === 'tool-called') return this.#call(event);
    if (event.type === 'tool-returned') return this.#return(event);
    const opened = this.open();
    const message = this.#message as { index: number; text: string };
    message.text += event.token;
    const item = this.#said('in_progress');
    return [...opened, { type: 'said', index: message.index, item, text: event.token }];
  }

  /** Begins a message, where none is being said. */
  open(): ItemChange[] {
    if (this.#message) return [];
    this.#message = { index: this.all.length, text: '' };
    const item = this.#said('in_progress') as MessageItem;
    return [{ type: 'added', index: this.#message.index, item: { ...item, content: [] } }];
  }

  /**
   * Nothing is said any more.
   *
   * @param sources of the answer: its last message cites them
   */
  end(status: MessageItem['status'], sources: readonly Source[] = []): ItemChange[] {
    if (this.#message === undefined) return [];
    const { index } = this.#message;
    const item = this.#said(status, sources);
    this.#message = undefined;
    return [{ type: 'done', index, item }];
  }

  /**
   * A call that is told no more leaves a gap: its turn has failed, and so has no output.
   *
   * @returns whether it ended a message
   */
  withhold(): boolean {
    const isSaying = this.#message !== undefined;
    this.#message = undefined;
    this.all.length += 1;
    return isSaying;
  }

  #call(called: ToolCalled): ItemChange[] {
    const isOwn = called.id.startsWith(this.#turn.turnId);
    // What came of a function that the turn before called stands among what was asked.
    if (called.by_caller && !isOwn) return [];
    const ended = this.end('completed');
    const index = this.all.length;
    const item = this.#calledItem(called, isOwn);
    this.all.push(item);
    this.#calls.set(called.id, index);
    const added: ItemChange = { type: 'added', index, item };
    if (item.type === 'mcp_call') return [...ended, added];
    const whole = item.type === 'function_call' ? { ...item, status: 'completed' as const } : item;
    return [...ended, added, this.#done(index, whole)];
  }

  #calledItem({ id, name, arguments: written, approve, by_caller }: ToolCalled, isOwn: boolean): OutputItem {
    const { sessionId } = this.#turn;
    if (by_caller) {
      const call = { type: 'function_call', status: 'in_progress' } as const;
      return { id: this.#idOf('function_call'), ...call, arguments: written, call_id: functionCallId(id), name };
    }
    const tool = { arguments: written, ...labelOf(name) };
    if (approve) return { id: approvalRequestId(sessionId, id), type: 'mcp_approval_request', ...tool };
    return {
      id: this.#idOf('mcp_call'),
      type: 'mcp_call',
      status: 'in_progress',
      approval_request_id: isOwn ? null : approvalRequestId(sessionId, id),
      error: null,
      output: null,
      ...tool,
    };
  }

  #return({ id, status, result }: ToolReturned): ItemChange[] {
    const index = this.#calls.get(id);
    if (index === undefined) return [];
    const item = this.all[index] as McpCallItem;
    if (status === 'ok') return [this.#done(index, { ...item, status: 'completed', output: result ?? null })];
    const text = result ?? (status === 'rejected' ? 'The call was rejected.' : 'The tool failed.');
    const error: McpCallItem['error'] = { type: 'mcp_tool_execution_error', content: [{ type: 'text', text }] };
    return [this.#done(index, { ...item, status: 'failed', error })];
  }

  #done(index: number, item: OutputItem): ItemChange {
    this.all[index] = item;
    return { type: 'done', index, item };
  }

  #said(status: MessageItem['status'], sources: readonly Source[] = []): OutputItem {
    const { index, text } = this.#message as { index: number; text: string };
    const content = [textPart('assistant', text, citationsOf(text, sources))];
    const item: MessageItem = {
      ...{ id: this.#idOf('message', index), type: 'message', status, role: 'assistant', content },
    };
    this.all[index] = item;
    return item;
  }

  #idOf(type: ItemType, index = this.all.length): string {
    const { sessionId, turnId: blockId } = this.#turn;
    return itemId({ type, sessionId, blockId, place: this.#first + index });
  }
}

/** `orders/search` is of a server, `clock` of a file. */
function labelOf(name: string): { server_label: string; name: string } {
  const slash = name.indexOf('/');
  if (slash === -1) return { server_label: OWN_LABEL, name };
  return { server_label: name.slice(0, slash), name: name.slice(slash + 1) };
}
