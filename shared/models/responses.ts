import type { CompletionOptions, Model, PromptMessage, Usage } from '../conversation/ports/model.ts';
import type { Source } from '../conversation/ports/source.ts';
import { choiceOf } from './choice-of.ts';
import { type Said, streamCompletion } from './completion-stream.ts';
import type { Post } from './create-post.ts';
import { Dialect, isOpenAI, isReasoning } from './dialect.ts';
import { endingOf } from './ending.ts';
import type { RemoteModelSettings } from './model-settings.ts';
import { annotatedSources } from './read-sources.ts';
import { failureOfEvent } from './upstream-failure.ts';
import { usageOf } from './usage.ts';

/** What is read of an event, whichever type it has. */
interface Event {
  type?: string;
  delta?: unknown;
  error?: unknown;
  annotation?: unknown;
  /** Once it is whole. */
  item?: OutputItem | null;
  response?: { error?: unknown; incomplete_details?: { reason?: string } | null; usage?: ResponsesUsage | null };
}

/** A message, a call or a thought. */
interface OutputItem {
  type?: unknown;
  call_id?: unknown;
  name?: unknown;
  arguments?: unknown;
  content?: ({ annotations?: unknown } | null)[];
}

interface ResponsesUsage {
  input_tokens?: unknown;
  output_tokens?: unknown;
  input_tokens_details?: { cached_tokens?: unknown } | null;
}

/** The Responses API. The conversation is kept by us, so the provider is told to store nothing. */
export function responses(settings: RemoteModelSettings, post: Post, timeoutMs: number): Model {
  const dialect = new Dialect();
  const { model, tokenScope } = settings;
  return {
    name: `${settings.kind}:${model}`,
    stream: (messages, { maxOutputTokens, temperature, topP, reasoningEffort, cacheKey, tools }, signal, tell) =>
      streamCompletion(
        { timeoutMs, tokenScope },
        {
          open: (either) => {
            const start = messages.findIndex(({ role }) => role !== 'system');
            const parameters = {
              model,
              instructions: messages
                .slice(0, start)
                .map(({ content }) => content)
                .join('\n\n'),
              input: messages.slice(start).flatMap(inputItems),
              ...toolsOf(tools),
              // What it thought is handed back with the results of what it called: the provider keeps nothing.
              include: tools && isReasoning(model) ? ['reasoning.encrypted_content'] : undefined,
              stream: true,
              store: false,
              max_output_tokens: maxOutputTokens,
              ...(isReasoning(model)
                ? { reasoning: reasoningEffort && { effort: reasoningEffort } }
                : { temperature, top_p: topP }),
              prompt_cache_key: isOpenAI(settings) ? cacheKey : undefined,
            };
            return dialect.negotiate(parameters, (accepted) => post('responses', accepted, either));
          },
          read,
        },
        signal,
        tell,
      ),
  };
}

function inputItems(message: PromptMessage): object[] {
  if (message.role === 'tool') {
    return [{ type: 'function_call_output', call_id: message.callId, output: message.content }];
  }
  if (!('calls' in message)) return [message];
  const { content, calls, thoughts = [] } = message;
  return [
    ...thoughts,
    ...(content === '' ? [] : [{ role: 'assistant', content }]),
    ...calls.map((call) => ({ type: 'function_call', call_id: call.id, name: call.name, arguments: call.arguments })),
  ];
}

function toolsOf(tools: CompletionOptions['tools']): object {
  if (tools === undefined) return {};
  return {
    // Strict schemas are a dialect of their own, which not every tool's is in.
    tools: tools.offered.map((tool) => ({ type: 'function', ...tool, strict: tool.strict ?? false })),
    tool_choice: choiceOf(tools, (name) => ({ type: 'function', name })),
    parallel_tool_calls: tools.isSingle ? false : undefined,
  };
}

function read(event: Record<string, unknown>): Said {
  const { type, delta, annotation, item, error, response } = event as Event;
  switch (type) {
    case 'response.output_text.delta':
    case 'response.refusal.delta':
      return { text: typeof delta === 'string' ? delta : undefined, isProgress: true };
    case 'response.output_text.annotation.added':
      return { sources: { annotated: annotatedSources([annotation]) }, isProgress: true };
    case 'response.function_call_arguments.delta':
      return { calling: typeof delta === 'string' ? delta.length : 0, isProgress: true };
    case 'response.output_item.done':
      return { ...itemOf(item), sources: { annotated: sourcesIn(item) }, isProgress: true };
    case 'response.completed':
      return { ending: 'stop', usage: responsesUsageOf(response?.usage) };
    case 'response.incomplete': {
      const reason = response?.incomplete_details?.reason;
      return { ending: endingOf(reason) ?? 'other', usage: responsesUsageOf(response?.usage) };
    }
    case 'response.failed':
      throw failureOfEvent(response?.error);
    case 'error':
      throw failureOfEvent(error ?? event);
    default:
      // Some gateways send an error as chat completions do.
      if (error) throw failureOfEvent(error);
      // That it was created, is in progress, thinks. What only keeps the connection open has another name.
      return { isProgress: type?.startsWith('response.') };
  }
}

/** Some servers tell them only here. */
function sourcesIn(item: OutputItem | null | undefined): Source[] {
  const parts = Array.isArray(item?.content) ? item.content : [];
  return parts.flatMap((part) => annotatedSources(part?.annotations));
}

function itemOf(item: OutputItem | null | undefined): Pick<Said, 'call' | 'thought'> {
  if (item?.type === 'reasoning') return { thought: item };
  if (item?.type !== 'function_call' || typeof item.name !== 'string' || item.name === '') return {};
  return { call: { id: String(item.call_id), name: item.name, arguments: String(item.arguments ?? '') } };
}

function responsesUsageOf(usage: ResponsesUsage | null | undefined): Usage | undefined {
  if (usage == null) return undefined;
  return usageOf(usage.input_tokens, usage.output_tokens, usage.input_tokens_details?.cached_tokens);
}
