import type { FinishReason, UIMessageChunk } from 'ai';
import type { ToolCall, ToolResult } from '../client/steps.ts';
import type { TurnEvent } from '../client/turn-events.ts';
import { TextParts } from './text-parts.ts';
import { calledChunks, returnedChunk } from './tool-chunks.ts';

const finishReasons = {
  stop: 'stop',
  stopped: 'stop',
  length: 'length',
  deadline: 'other',
  approval: 'tool-calls',
  tool_calls: 'tool-calls',
} as const satisfies Record<string, FinishReason>;

/** A message whose calls are decided on, as the chat has it. */
export interface Continued {
  messageId: string;
  /** Those that wait, by their ids: whether they are to be made, where that is known. */
  waiting: ReadonlyMap<string, boolean | undefined>;
  /** It has something of this turn already, which failed then. */
  isAgain: boolean;
}

/**
 * Tells a turn's events as chunks of one message of the AI SDK. It begins with the first that tells something: what said
 * and did nothing leaves no message behind. Where `opened` comes again, and all of the turn with it, what was told before
 * is left out. A turn that decides on calls goes on with the message that has them, as a step of its own.
 */
export class Telling {
  #opened: (TurnEvent & { type: 'opened' }) | undefined;
  #messageId: string | undefined;
  #isBegun = false;
  /** Of the turn: something was told. */
  #hasTold = false;
  readonly #text = new TextParts();
  /** Calls and results that were told. */
  readonly #steps = new Set<string>();
  /** Calls of the turn that wait for a decision, which is the next turn. */
  #open: string[] = [];
  /** Those of the turn before. */
  #waiting = new Map<string, boolean | undefined>();
  /** Calls that other messages have. */
  #elsewhere: ReadonlySet<string> = new Set();
  /** The turn goes on with a message, and has added nothing to it yet. */
  #isNextStep = false;
  /** What the message has of this turn is to be told anew. */
  #isAgain = false;
  /** The message so far, which a turn goes on with that decides on its calls. */
  #owed: UIMessageChunk[] = [];
  /** Whether the turn does that is seen by what it does. */
  #mayBeAnother = false;

  /** @param elsewhere calls that other messages of the chat have: what a message rejects is told before its answer */
  static answer(elsewhere: Iterable<string> = []): Telling {
    const telling = new Telling();
    telling.#elsewhere = new Set(elsewhere);
    return telling;
  }

  static rest({ messageId, waiting, isAgain }: Continued): Telling {
    const telling = new Telling();
    telling.#messageId = messageId;
    telling.#waiting = new Map(waiting);
    telling.#isNextStep = !isAgain;
    telling.#isAgain = isAgain;
    return telling;
  }

  /**
   * A turn that is joined. Where nobody knows whether it decides on calls or is a message of its own, which rejects them, it
   * is a message of its own unless it makes one of them; only what is stored says more.
   *
   * @param before the turns that left calls open, as their message has them
   */
  static joined(before: readonly TurnEvent[], decides: boolean): Telling {
    const telling = new Telling();
    telling.#owed = before.flatMap((event) => [...telling.hear(event)]);
    telling.#hasTold = false;
    telling.#mayBeAnother = !decides;
    return telling;
  }

  /** Something that will be stored, where the turn ends well. */
  get hasTold(): boolean {
    return this.#hasTold && !this.#isAnother;
  }

  get messageId(): string | undefined {
    return this.#messageId;
  }

  *hear(event: TurnEvent): Generator<UIMessageChunk> {
    if (event.type === 'opened') {
      this.#opened = event;
      this.#text.restart();
    } else if (event.type === 'token') yield* this.#say(event.token);
    else if (event.type === 'finished') yield* this.#finish(event);
    else if (event.type === 'called') yield* this.#call(event.call);
    else yield* this.#return(event.result);
  }

  *#say(token: string): Generator<UIMessageChunk> {
    const news = this.#text.newsOf(token);
    if (news === '') return;
    yield* this.#beginOwn();
    yield* this.#text.say(news);
  }

  *#call(call: ToolCall): Generator<UIMessageChunk> {
    if (!this.#isNews('called', call.id)) return;
    if (this.#waiting.has(call.id)) {
      yield* this.#begin();
      // It is not said whether it was allowed; where not, that follows at once.
      if (this.#waiting.get(call.id) === undefined) yield* this.#decide(call.id, true);
      return;
    }
    yield* this.#beginOwn();
    yield* this.#text.end();
    yield* calledChunks(call);
    if (call.approve) this.#open.push(call.id);
  }

  *#return(result: ToolResult): Generator<UIMessageChunk> {
    const { id, status } = result;
    if (!this.#isNews('returned', id)) return;
    yield* this.#begin();
    // Of a message that the chat has not.
    const isAlone = status === 'rejected' && !this.#waiting.has(id);
    if (isAlone) yield { type: 'tool-approval-request', approvalId: id, toolCallId: id };
    const isAllowed = status !== 'rejected';
    if (isAlone || (this.#waiting.has(id) && this.#waiting.get(id) !== isAllowed)) yield* this.#decide(id, isAllowed);
    yield returnedChunk(result);
  }

  *#decide(id: string, approved: boolean): Generator<UIMessageChunk> {
    this.#waiting.set(id, approved);
    yield { type: 'tool-approval-response', approvalId: id, approved };
  }

  *#finish(finished: TurnEvent & { type: 'finished' }): Generator<UIMessageChunk> {
    const { finish_reason, usage, context, sources = [] } = finished;
    if (!this.hasTold || this.#opened === undefined) return;
    this.#mayBeAnother = false;
    const { turn_id } = this.#opened;
    yield* this.#text.end();
    if (sources.length > 0) yield* this.#beginOwn();
    for (const [place, source] of sources.entries())
      yield { type: 'source-url', sourceId: `${turn_id}-source-${place + 1}`, ...source };
    const messageMetadata = { turn_id, finish_reason, usage, context };
    yield { type: 'finish', finishReason: finishReasons[finish_reason], messageMetadata };
    this.#isNextStep = true;
    this.#waiting = new Map(this.#open.map((id) => [id, undefined]));
    this.#open = [];
    this.#steps.clear();
    this.#text.forget();
  }

  *#begin(): Generator<UIMessageChunk> {
    this.#hasTold = true;
    yield* this.#owed.splice(0);
    if (this.#isBegun || this.#opened === undefined) return;
    this.#isBegun = true;
    const { session_id, turn_id, assistant } = this.#opened;
    // A turn that fails leaves the message what it was.
    const isNew = this.#messageId === undefined;
    this.#messageId ??= turn_id;
    const messageMetadata = isNew && { messageMetadata: { session_id, turn_id, assistant } };
    yield { type: 'start', messageId: this.#messageId, ...messageMetadata };
    if (this.#isAgain) yield { type: 'reset-step' };
  }

  /** Before what is the turn's own. */
  *#beginOwn(): Generator<UIMessageChunk> {
    if (this.#isAnother) {
      this.#messageId = undefined;
      this.#isBegun = false;
      this.#isNextStep = false;
      this.#owed = [];
    }
    this.#mayBeAnother = false;
    yield* this.#begin();
    if (this.#isNextStep) yield { type: 'start-step' };
    this.#isNextStep = false;
  }

  /** It makes none of the calls that wait. */
  get #isAnother(): boolean {
    return this.#mayBeAnother && ![...this.#waiting.values()].includes(true);
  }

  #isNews(kind: 'called' | 'returned', id: string): boolean {
    const step = `${kind} ${id}`;
    if (this.#elsewhere.has(id) || this.#steps.has(step)) return false;
    this.#steps.add(step);
    return true;
  }
}
