import type { OpenAI } from 'openai';
import { identifierOf, Reason } from '../conversation/reason.ts';
import { type Said, streamCompletion } from './completion-stream.ts';
import { Dialect, isOpenAI, isReasoning } from './dialect.ts';
import type { Model, Usage } from './model.ts';
import type { RemoteModelSettings } from './openai-client.ts';
import { broken, failureOfEvent, filtered } from './upstream-failure.ts';

type Create = OpenAI.Responses.ResponseCreateParamsStreaming;

/** What is read of an event, whichever type it has. */
interface Event {
  type?: string;
  delta?: string;
  error?: unknown;
  response?: { error?: unknown; incomplete_details?: { reason?: string } | null; usage?: ResponsesUsage | null };
}

interface ResponsesUsage {
  input_tokens?: number;
  output_tokens?: number;
  input_tokens_details?: { cached_tokens?: number } | null;
}

/** The Responses API. The conversation is kept by us, so the provider is told to store nothing. */
export function responses(settings: RemoteModelSettings, client: () => Promise<OpenAI>, timeoutMs: number): Model {
  const dialect = new Dialect();
  const { model, tokenScope } = settings;
  return {
    name: `${settings.kind}:${model}`,
    stream: (messages, { maxOutputTokens, temperature, cacheKey }, signal) =>
      streamCompletion(
        { client, timeoutMs, tokenScope },
        {
          open: (openai, either) => {
            const parameters = {
              model,
              instructions: messages
                .filter(({ role }) => role === 'system')
                .map(({ content }) => content)
                .join('\n\n'),
              input: messages.filter(({ role }) => role !== 'system'),
              stream: true,
              store: false,
              max_output_tokens: maxOutputTokens,
              temperature: isReasoning(model) ? undefined : temperature,
              prompt_cache_key: isOpenAI(settings) ? cacheKey : undefined,
            };
            return dialect.negotiate(parameters, (accepted) =>
              openai.responses.create(accepted as unknown as Create, { signal: either }).asResponse(),
            );
          },
          read,
        },
        signal,
      ),
  };
}

function read(event: Record<string, unknown>): Said {
  const { type, delta, error, response } = event as Event;
  switch (type) {
    case 'response.output_text.delta':
    case 'response.refusal.delta':
      return { text: delta };
    case 'response.completed':
      return { finishReason: 'stop', usage: usageOf(response?.usage) };
    case 'response.incomplete': {
      const reason = response?.incomplete_details?.reason;
      if (reason === 'content_filter') throw filtered('answer');
      if (reason !== 'max_output_tokens')
        throw broken({ cause: new Reason(`the answer ended as ${identifierOf(reason) ?? 'nobody knows'}`) });
      return { finishReason: 'length', usage: usageOf(response?.usage) };
    }
    case 'response.failed':
      throw failureOfEvent(response?.error);
    case 'error':
      throw failureOfEvent(error ?? event);
    default:
      // Some gateways send an error as chat completions do.
      if (error) throw failureOfEvent(error);
      return {};
  }
}

function usageOf(usage: ResponsesUsage | null | undefined): Usage | undefined {
  if (usage == null) return undefined;
  const { input_tokens = 0, output_tokens = 0, input_tokens_details } = usage;
  return {
    prompt_tokens: input_tokens,
    completion_tokens: output_tokens,
    total_tokens: input_tokens + output_tokens,
    cached_tokens: input_tokens_details?.cached_tokens ?? 0,
  };
}
