import type { OpenAI } from 'openai';
import { identifierOf, Reason } from '../conversation/reason.ts';
import { type Said, streamCompletion } from './completion-stream.ts';
import { Dialect, isOpenAI, isReasoning } from './dialect.ts';
import type { Model, Usage } from './model.ts';
import type { RemoteModelSettings } from './openai-client.ts';
import { broken, failureOfEvent, filtered } from './upstream-failure.ts';

type Create = OpenAI.ChatCompletionCreateParamsStreaming;

/** What is read of a chunk; every part may be missing in some chunk of some provider. */
interface Chunk {
  error?: unknown;
  choices?: {
    delta?: { content?: string | null; refusal?: string | null };
    finish_reason?: string | null;
    content_filter_results?: unknown;
  }[];
  usage?: ChatUsage | null;
}

export interface ChatUsage {
  prompt_tokens?: number;
  completion_tokens?: number;
  prompt_tokens_details?: { cached_tokens?: number } | null;
}

/** Chat completions: Azure OpenAI, OpenAI, and every compatible server. */
export function chatCompletions(
  settings: RemoteModelSettings,
  client: () => Promise<OpenAI>,
  timeoutMs: number,
): Model {
  const dialect = new Dialect();
  const { model, tokenScope } = settings;
  const known = isOpenAI(settings);
  return {
    name: `${settings.kind}:${model}`,
    stream: (messages, { maxOutputTokens, temperature, cacheKey }, signal) =>
      streamCompletion(
        { client, timeoutMs, tokenScope },
        {
          open: (openai, either) => {
            const parameters = {
              model,
              messages,
              stream: true,
              stream_options: { include_usage: true },
              [known || isReasoning(model) ? 'max_completion_tokens' : 'max_tokens']: maxOutputTokens,
              temperature: isReasoning(model) ? undefined : temperature,
              prompt_cache_key: known ? cacheKey : undefined,
            };
            return dialect.negotiate(parameters, (accepted) =>
              openai.chat.completions.create(accepted as unknown as Create, { signal: either }).asResponse(),
            );
          },
          read,
        },
        signal,
      ),
  };
}

function read(event: Record<string, unknown>): Said {
  const { error, choices, usage } = event as Chunk;
  if (error) throw failureOfEvent(error);
  const choice = choices?.[0];
  return {
    // A model that declines says so in a field of its own; to a reader it is the answer.
    text: choice?.delta?.content || choice?.delta?.refusal,
    finishReason: finishReasonOf(choice?.finish_reason, choice?.content_filter_results),
    usage: usageOf(usage),
  };
}

/** @throws {Failure} for an end that is no answer. */
export function finishReasonOf(reason: string | null | undefined, filterResult?: unknown): Said['finishReason'] {
  if (reason == null || reason === 'stop' || reason === 'length') return reason ?? undefined;
  if (reason === 'content_filter') throw filtered('answer', filterResult);
  throw broken({ cause: new Reason(`the answer ended as ${identifierOf(reason) ?? 'nobody knows'}`) });
}

export function usageOf(usage: ChatUsage | null | undefined): Usage | undefined {
  if (usage == null) return undefined;
  const { prompt_tokens = 0, completion_tokens = 0, prompt_tokens_details } = usage;
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    cached_tokens: prompt_tokens_details?.cached_tokens ?? 0,
  };
}
