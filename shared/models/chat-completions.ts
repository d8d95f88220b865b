import type { CompletionOptions, Model, PromptMessage, Usage } from '../conversation/ports/model.ts';
import { CalledTools } from './called-tools.ts';
import { choiceOf } from './choice-of.ts';
import { type Said, streamCompletion } from './completion-stream.ts';
import type { Post } from './create-post.ts';
import { Dialect, isOpenAI, isReasoning } from './dialect.ts';
import { endingOf } from './ending.ts';
import type { RemoteModelSettings } from './model-settings.ts';
import { annotatedSources, listedSources } from './read-sources.ts';
import { failureOfEvent } from './upstream-failure.ts';
import { usageOf } from './usage.ts';

/** What is read of a chunk; every part may be missing in some chunk of some provider. */
interface Chunk {
  error?: unknown;
  object?: unknown;
  choices?: {
    delta?: { content?: unknown; refusal?: unknown; annotations?: unknown; tool_calls?: unknown };
    message?: { annotations?: unknown };
    finish_reason?: unknown;
    content_filter_results?: unknown;
  }[];
  usage?: ChatUsage | null;
  search_results?: unknown;
  citations?: unknown;
}

export interface ChatUsage {
  prompt_tokens?: unknown;
  completion_tokens?: unknown;
  prompt_tokens_details?: { cached_tokens?: unknown } | null;
}

/** Chat completions: Azure OpenAI, OpenAI, and every compatible server. */
export function chatCompletions(settings: RemoteModelSettings, post: Post, timeoutMs: number): Model {
  const dialect = new Dialect();
  const { model, tokenScope } = settings;
  const known = isOpenAI(settings);
  return {
    name: `${settings.kind}:${model}`,
    stream: (messages, { maxOutputTokens, temperature, topP, reasoningEffort, cacheKey, tools }, signal, tell) => {
      const called = new CalledTools();
      return streamCompletion(
        { timeoutMs, tokenScope },
        {
          open: (either) => {
            const parameters = {
              model,
              messages: messages.map(chatMessage),
              ...toolsOf(tools),
              stream: true,
              stream_options: { include_usage: true },
              [known || isReasoning(model) ? 'max_completion_tokens' : 'max_tokens']: maxOutputTokens,
              ...(isReasoning(model) ? { reasoning_effort: reasoningEffort } : { temperature, top_p: topP }),
              prompt_cache_key: known ? cacheKey : undefined,
            };
            return dialect.negotiate(parameters, (accepted) => post('chat/completions', accepted, either));
          },
          read: (event) => read(event, called),
          calls: () => called.all,
        },
        signal,
        tell,
      );
    },
  };
}

function chatMessage(message: PromptMessage): object {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.callId, content: message.content };
  if (!('calls' in message)) return message;
  const calls = message.calls.map(({ id, name, arguments: written }) => ({
    id,
    type: 'function',
    function: { name, arguments: written },
  }));
  // An empty content is refused by some servers, and its absence by none.
  return { role: 'assistant', ...(message.content && { content: message.content }), tool_calls: calls };
}

function toolsOf(tools: CompletionOptions['tools']): object {
  if (tools === undefined) return {};
  return {
    tools: tools.offered.map((tool) => ({ type: 'function', function: tool })),
    tool_choice: choiceOf(tools, (name) => ({ type: 'function', function: { name } })),
    parallel_tool_calls: tools.isSingle ? false : undefined,
  };
}

function read(event: Record<string, unknown>, called: CalledTools): Said {
  const { error, object, choices, usage, search_results, citations } = event as Chunk;
  // Some servers send the error bare.
  if (error || object === 'error') throw failureOfEvent(error || event);
  const choice = choices?.[0];
  const delta = choice?.delta;
  return {
    // A model that declines says so in a field of its own; to a reader it is the answer.
    text: textOf(delta?.content) || textOf(delta?.refusal),
    calling: called.hear(delta?.tool_calls),
    ending: endingOf(choice?.finish_reason, choice?.content_filter_results),
    usage: chatUsageOf(usage),
    sources: {
      listed: listedSources(search_results, citations),
      annotated: annotatedSources(delta?.annotations ?? choice?.message?.annotations),
    },
    // Thoughts too, by whichever name, and the start of an answer.
    isProgress: Object.keys(delta ?? {}).length > 0,
  };
}

/** Text is a string, or parts of which some are text, and others what the model thought. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const texts = content.map((part: { type?: unknown; text?: unknown } | null) => part?.type === 'text' && part.text);
  return texts.filter((text) => typeof text === 'string').join('');
}

export function chatUsageOf(usage: ChatUsage | null | undefined): Usage | undefined {
  if (usage == null) return undefined;
  return usageOf(usage.prompt_tokens, usage.completion_tokens, usage.prompt_tokens_details?.cached_tokens);
}
