import type { Source } from './source.ts';

/** A text of a prompt, and who said it. */
export interface TextMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** A call of a tool that the model wants to be made. */
export interface ToolCall {
  /** The model's own name for it: unique within its round. */
  id: string;
  /** As the tool was offered. */
  name: string;
  /** JSON, or what the model took for it. */
  arguments: string;
}

/** What the model said in a round that ended with calls. */
export interface CallMessage {
  role: 'assistant';
  /** May be empty. */
  content: string;
  calls: readonly ToolCall[];
  /** What it thought before them, in its provider's own form and readable for that alone. */
  thoughts?: readonly object[] | undefined;
}

/** What came of a call: data, whatever it says. */
export interface ResultMessage {
  role: 'tool';
  callId: string;
  content: string;
}

/** One message of a prompt, in the form that every model API shares. Each call is followed by its result. */
export type PromptMessage = TextMessage | CallMessage | ResultMessage;

/** A tool as it is offered to the model. */
export interface OfferedTool {
  /** 1 to 64 of letters, digits, `_` and `-`. */
  name: string;
  description: string;
  /** Of its arguments: JSON Schema. */
  parameters: object;
  /** The provider is to hold the model to the schema. */
  strict?: true;
}

/** Tokens as the model's provider counts and bills them; where it does not say, as they are counted here. */
export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  /** The part of `prompt_tokens` that the provider took from its prompt cache. */
  cached_tokens: number;
  /** Counted here, and an upper bound. */
  estimated?: true;
}

/** What a model may call in one round. */
export interface OfferedTools {
  offered: readonly OfferedTool[];
  /** It is told of them, and may call none of them. */
  isLast: boolean;
  /** It has to call: whatever it wants, or this one. */
  choice?: 'required' | { name: string } | undefined;
  /** It may call once. */
  isSingle?: boolean | undefined;
}

export interface CompletionOptions {
  /** At most this many tokens in the answer. */
  maxOutputTokens: number;
  /** 0 to 2; adapters leave it out for models that refuse it. */
  temperature: number;
  /** 0 to 1. */
  topP?: number | undefined;
  /** Of a reasoning model, such as `low`; its provider judges the word. */
  reasoningEffort?: string | undefined;
  /** Groups calls that share a prompt prefix, so that the provider's prompt cache is hit. Never the caller's identity. */
  cacheKey?: string;
  tools?: OfferedTools | undefined;
  /** What is asked for, where that is no answer. */
  purpose?: 'summary' | 'title' | undefined;
  /** When the turn ends in any case, on the clock of `performance.now()`, in ms: no retry is begun that cannot end before. */
  giveUpAt?: number;
}

/** What a model says, text in pieces and then exactly one end, and what it is paid for. */
export type CompletionEvent =
  /** A call goes out: it is paid for from here on, unless it is refused. There are several where calls are repeated. */
  | { type: 'asked' }
  /** The provider refused the call that was asked last: it costs nothing. */
  | { type: 'refused' }
  /** What the provider bills for the call that was asked last. It comes before the end, or before the failure. */
  | { type: 'billed'; usage: Usage }
  | { type: 'delta'; text: string }
  /** Whole, and behind all text of its round. */
  | { type: 'called'; call: ToolCall }
  /** Something to be handed back with the calls of its round. */
  | { type: 'thought'; thought: object }
  | { type: 'end'; finishReason: CompletionEnd; model?: string; sources?: Source[] };

/** Why a round ended. `calls`: it goes on when the model has the results of what it called. */
export type CompletionEnd = 'stop' | 'length' | 'calls';

/** Is told an event at once, within the step that read it: a token waits for nothing on its way. It never throws. */
export type Tell = (event: CompletionEvent) => void;

/**
 * The port to a model. `stream` tells its events as they come, and resolves when the last was told, which is `end`
 * (`model` is the name of the one that answered, where several may; `sources` what it cites, where it named some). There is no `billed` where the provider sent no
 * usage. Deltas are never empty, and each is well-formed Unicode: a surrogate pair is not split over two.
 *
 * @throws {Failure} `content-filtered`, `context-too-long`, `model-busy` (with `retryAfterSeconds` where the provider
 *   said so), `model-failed`, `model-timeout` (with `wasAlive`), `internal` (credentials or settings that the provider
 *   refuses).
 * @throws `signal.reason`, as it is, once the signal is aborted, but where the content filter had ended the answer; the
 *   provider's connection is closed then.
 */
export interface Model {
  /** For logs and the audit: adapter and deployment, such as `azure:gpt-5.4-mini`. */
  readonly name: string;
  stream(messages: PromptMessage[], options: CompletionOptions, signal: AbortSignal, tell: Tell): Promise<void>;
}
